import { createAnnouncer } from './announcer.js';
import { currentStep, lastOval, screenColour, stepProgress, type Play } from './challenge-player.js';
import type { Flow, PhaseName } from './flow.js';
import { START_PLACE, type Hint, type Place } from './guide.js';
import { textsOf } from './problems.js';
import { layStage } from './stage.js';
import type { StringKey } from './strings/en.js';
import type { Texts } from './strings.js';
import { STYLES } from './style.js';

/** Styles as CSS text, or by their CSS or JavaScript names. */
export type Styles = string | Readonly<Record<string, string>>;

/** What the person does with the page. */
export interface ViewActions {
  agree(light: boolean): void;
  retry(): void;
  cancel(): void;
  chooseCamera(deviceId: string): void;
}

/** The element's page in its shadow root; it shows a flow and knows nothing of what happens next. */
export interface View {
  video: HTMLVideoElement;
  show(flow: Flow): void;
  /** What changes with time: colours, oval and progress. */
  paint(play: Play, nowMs: number): void;
  setTexts(texts: Texts): void;
  /** Offers a choice where there are several. */
  setCameras(cameras: readonly { deviceId: string; label: string }[], chosen: string | null): void;
  /** Styles of main buttons and of hints. */
  setStyles(button: Styles, hint: Styles): void;
  close(): void;
}

const SVG = 'http://www.w3.org/2000/svg';
/** Size of the arrow of a turn, shares of the oval's width. */
const ARROW = 0.35;

/** @param reducedMotion the person asked for less motion: no coloured light unless they choose it */
export function openView(
  root: ShadowRoot,
  firstTexts: Texts,
  { light, reducedMotion }: { light: boolean; reducedMotion: boolean },
  actions: ViewActions,
): View {
  let texts = firstTexts;
  let shownPhase: PhaseName | null = null;
  let lastFlow: Flow | null = null;
  let shownPlay: Play | null = null;
  let closed = false;
  /** The person's choice, which outlives a change of the language. */
  let noLight = !light || reducedMotion;

  const style = new CSSStyleSheet();
  style.replaceSync(STYLES);
  root.adoptedStyleSheets = [style];

  const heading = make('h2', { id: 'heading', tabIndex: -1 });
  const cancel = make('button', { type: 'button', onclick: () => actions.cancel() });
  const video = make('video', { muted: true, playsInline: true, autoplay: true });
  video.setAttribute('aria-hidden', 'true');
  const shape = (name: string, className: string) => {
    const element = document.createElementNS(SVG, name);
    element.setAttribute('class', className);
    return element;
  };
  const overlay = document.createElementNS(SVG, 'svg');
  overlay.setAttribute('aria-hidden', 'true');
  const mask = shape('path', 'mask');
  const oval = shape('ellipse', 'oval');
  const progress = shape('path', 'progress');
  progress.setAttribute('pathLength', '1');
  const arrow = shape('path', 'arrow');
  overlay.append(mask, oval, progress, arrow);
  const stage = make('div', { className: 'stage' }, video, overlay);
  const hint = make('p', { className: 'hint' });
  hint.setAttribute('aria-hidden', 'true');
  const cameraName = make('span', {});
  const cameraSelect = make('select', {
    // Names of cameras are shown from their beginning, whatever the direction of the page.
    dir: 'auto',
    onchange: () => actions.chooseCamera(cameraSelect.value),
  });
  const tools = make(
    'div',
    { className: 'tools', hidden: true },
    make('label', {}, cameraName, cameraSelect),
  );
  const panel = make('div', { className: 'panel' });
  const spoken = make('div', { className: 'spoken' });
  spoken.setAttribute('aria-live', 'polite');
  const dialog = make(
    'dialog',
    {
      oncancel: (event: Event) => {
        event.preventDefault();
        actions.cancel();
      },
      // Browsers let no page prevent every closing.
      onclose: () => {
        if (!closed) actions.cancel();
      },
    },
    make(
      'div',
      { className: 'page' },
      make('header', {}, heading, cancel),
      stage,
      hint,
      tools,
      panel,
      spoken,
    ),
  );
  dialog.setAttribute('aria-labelledby', 'heading');
  const announcer = createAnnouncer(spoken, () => performance.now());
  let buttonStyles: Styles = {};
  root.replaceChildren(dialog);

  const text = (key: StringKey) => texts.strings[key];
  const button = (key: StringKey, className: string, onclick: () => void) => {
    const element = make('button', { type: 'button', className, onclick }, text(key));
    if (className === 'primary') applyStyles(element, buttonStyles);
    return element;
  };
  const paragraph = (key: StringKey, className = '') => make('p', { className }, text(key));

  function fillPanel(flow: Flow): void {
    const { phase } = flow;
    switch (phase.name) {
      case 'consent': {
        const noFlash = make('input', {
          type: 'checkbox',
          checked: noLight,
          onchange: () => (noLight = noFlash.checked),
        });
        const choice = make('label', { className: 'check' }, noFlash, text('noFlash'));
        panel.replaceChildren(
          paragraph('intro'),
          ...(light
            ? [paragraph('flashWarning', 'warning'), choice, paragraph('brightness')]
            : [paragraph('noFlashChosen')]),
          make(
            'div',
            { className: 'buttons' },
            button('start', 'primary', () => actions.agree(!noLight)),
          ),
        );
        return;
      }
      case 'opening':
        panel.replaceChildren(paragraph(phase.waitsFor === 'camera' ? 'allowCamera' : 'loading'));
        return;
      case 'uploading': {
        const bar = make('progress', { max: 1, value: phase.progress });
        bar.setAttribute('aria-labelledby', 'heading');
        panel.replaceChildren(paragraph('sending'), bar);
        return;
      }
      case 'waiting':
        panel.replaceChildren(
          paragraph(phase.why === 'offline' ? 'waitingOffline' : 'waitingBusy'),
          make(
            'div',
            { className: 'buttons' },
            button('tryAgain', 'primary', () => actions.retry()),
          ),
        );
        return;
      case 'done': {
        const tick = document.createElementNS(SVG, 'svg');
        tick.setAttribute('viewBox', '0 0 64 64');
        tick.setAttribute('class', 'mark');
        tick.setAttribute('aria-hidden', 'true');
        const path = document.createElementNS(SVG, 'path');
        path.setAttribute('d', 'M12 34 26 48 52 18');
        tick.append(path);
        panel.replaceChildren(tick, paragraph('done'));
        return;
      }
      case 'problem': {
        const again = button('tryAgain', 'primary', () => actions.retry());
        const close = button('close', '', () => actions.cancel());
        panel.replaceChildren(
          ...textsOf(phase.problem, phase.resume).map((key) => paragraph(key)),
          make('div', { className: 'buttons' }, ...(phase.resume === 'none' ? [close] : [again, close])),
        );
        return;
      }
      default:
        panel.replaceChildren();
    }
  }

  function drawOval(place: Place, part: number): void {
    const layout = layStage(
      { width: stage.clientWidth, height: stage.clientHeight },
      { width: video.videoWidth || 4, height: video.videoHeight || 3 },
    );
    const px = (value: number) => `${value.toFixed(1)}px`;
    const { left, top, width, height } = layout.video;
    Object.assign(video.style, { left: px(left), top: px(top), width: px(width), height: px(height) });
    const { x, y, radiusX, radiusY } = layout.ellipse(place);
    for (const [name, value] of Object.entries({ cx: x, cy: y, rx: radiusX, ry: radiusY }))
      oval.setAttribute(name, value.toFixed(1));
    const around = `M${x},${y - radiusY} a${radiusX},${radiusY} 0 1,1 -.01,0 z`;
    mask.setAttribute('d', `M0,0 H${stage.clientWidth} V${stage.clientHeight} H0 z ${around}`);
    progress.setAttribute('d', around);
    progress.setAttribute('stroke-dasharray', `${part.toFixed(3)} 1`);
    progress.toggleAttribute('hidden', part <= 0);
  }

  /** An arrow in the oval, to the side where the person sees their own left or right. */
  function drawArrow(side: 'left' | 'right' | null, place: Place): void {
    arrow.toggleAttribute('hidden', side === null);
    if (side === null) return;
    const layout = layStage(
      { width: stage.clientWidth, height: stage.clientHeight },
      { width: video.videoWidth || 4, height: video.videoHeight || 3 },
    );
    const { x, y, radiusX } = layout.ellipse(place);
    // Mirrored, the person's left is at the left.
    const sign = side === 'left' ? -1 : 1;
    const length = ARROW * radiusX * 2;
    const head = length / 3;
    const from = x - (sign * length) / 2;
    const to = x + (sign * length) / 2;
    arrow.setAttribute(
      'd',
      `M${from},${y} H${to} M${to - sign * head},${y - head} L${to},${y} L${to - sign * head},${y + head}`,
    );
  }

  function show(flow: Flow): void {
    lastFlow = flow;
    const { phase } = flow;
    const changed = phase.name !== shownPhase;
    const usesStage = phase.name === 'preparing' || phase.name === 'starting' || phase.name === 'challenge';
    if (phase.name === 'uploading' && !changed) {
      const bar = panel.querySelector('progress');
      if (bar) bar.value = phase.progress;
      return;
    }
    if (changed) {
      shownPhase = phase.name;
      dialog.dataset['phase'] = phase.name;
      stage.hidden = hint.hidden = !usesStage;
      panel.hidden = usesStage;
      tools.hidden = phase.name !== 'preparing' || cameraSelect.options.length < 2;
      cancel.hidden = phase.name === 'done' || phase.name === 'problem';
      heading.textContent = text(HEADINGS[phase.name]);
      fillPanel(flow);
      if (!dialog.open) dialog.showModal();
      heading.focus();
    } else if (phase.name === 'opening') fillPanel(flow);
    if (!usesStage && (changed || phase.name === 'opening'))
      announcer.say(panel.querySelector('p')?.textContent ?? '');
    if (phase.name !== 'challenge') {
      mask.style.removeProperty('--bonafide-light');
      if (usesStage) {
        // The hint first: where it takes another line, it takes it from the stage.
        tell(phase.name === 'preparing' ? phase.hint : 'holdStill');
        drawOval(START_PLACE, 0);
        drawArrow(null, START_PLACE);
      }
    }
  }

  function tell(key: Hint): void {
    dialog.dataset['hint'] = key;
    if (hint.textContent !== text(key)) hint.textContent = text(key);
    announcer.say(text(key));
  }

  function paint(play: Play, nowMs: number): void {
    const step = currentStep(play);
    const place = lastOval(play) ?? START_PLACE;
    const colour = screenColour(play, nowMs);
    if (colour) mask.style.setProperty('--bonafide-light', `rgb(${colour.join(' ')})`);
    else mask.style.removeProperty('--bonafide-light');
    if (play !== shownPlay) {
      dialog.dataset['step'] = step?.kind ?? '';
      tell(play.hint ?? firstHint(play));
    }
    drawOval(place, stepProgress(play, nowMs));
    drawArrow(step?.kind === 'turn' ? step.side : null, place);
    shownPlay = play;
  }

  function setTexts(next: Texts): void {
    texts = next;
    dialog.lang = next.language;
    dialog.dir = next.direction;
    cancel.textContent = text('cancel');
    cameraName.textContent = text('camera');
    shownPhase = null;
    if (lastFlow) show(lastFlow);
  }
  setTexts(firstTexts);

  return {
    video,
    show,
    paint,
    setTexts,
    setCameras(cameras, chosen) {
      cameraSelect.replaceChildren(
        ...cameras.map(({ deviceId, label }, k) =>
          make(
            'option',
            { value: deviceId, selected: deviceId === chosen },
            label || `${text('camera')} ${k + 1}`,
          ),
        ),
      );
      tools.hidden = shownPhase !== 'preparing' || cameras.length < 2;
    },
    setStyles(forButtons, forHints) {
      buttonStyles = forButtons;
      applyStyles(hint, forHints);
    },
    close() {
      closed = true;
      announcer.stop();
      if (dialog.open) dialog.close();
      root.replaceChildren();
    },
  };
}

const HEADINGS: Record<PhaseName, StringKey> = {
  consent: 'title',
  opening: 'openingTitle',
  preparing: 'prepareTitle',
  starting: 'prepareTitle',
  challenge: 'challengeTitle',
  uploading: 'sendingTitle',
  waiting: 'sendingTitle',
  problem: 'problemTitle',
  done: 'doneTitle',
  ended: 'title',
};

/** What a step asks before the face was seen. */
function firstHint(play: Play): Hint {
  const step = currentStep(play);
  if (play.turnedAway) return 'turnBack';
  if (step?.kind === 'turn') return step.side === 'left' ? 'turnLeft' : 'turnRight';
  if (step?.kind === 'expression') return step.expression;
  return step?.kind === 'light' ? 'keepLooking' : 'holdStill';
}

/** A new element with its properties and children. */
function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function applyStyles(element: HTMLElement, styles: Styles): void {
  if (typeof styles === 'string') {
    element.style.cssText = styles;
    return;
  }
  for (const [name, value] of Object.entries(styles))
    element.style.setProperty(
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    );
}
