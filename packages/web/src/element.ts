import type { LivenessErrorName } from '@bonafide/protocol';
import { resolveAssetBase } from './assets.js';
import { runCheck, type Check } from './check.js';
import { openClient } from './client.js';
import type { PhaseName } from './flow.js';
import type { RecognitionErrorName } from './problems.js';
import { ENGLISH, loadTexts, withOwnTexts, type Texts } from './strings.js';
import { openView, type Styles, type View } from './view.js';

/** What a check that was completed tells the page; the verdict is for the application's server alone. */
export interface LivenessCompletion {
  /** The `requestId` of the service's audit entry. */
  resultId: string;
  /** Computed here and equal to the service's, 64 upper-case hex digits: compare it with that of the result. */
  digest: string;
}

/** Why a check was not completed, in the names of Azure's device SDKs. */
export class LivenessFailure extends Error {
  override readonly name = 'LivenessFailure';
  constructor(
    readonly livenessError: LivenessErrorName,
    readonly recognitionError: RecognitionErrorName,
  ) {
    super(
      `the check ended with ${livenessError}${recognitionError === 'None' ? '' : `, ${recognitionError}`}`,
    );
  }
}

/** How long the person sees, or hears, that the check is complete before the page goes on, ms. */
const DONE_MS = 800;

declare const BONAFIDE_VERSION: string;

/** On a server that renders pages there is no HTMLElement; importing this must not fail there. */
const Base = globalThis.HTMLElement ?? (class {} as unknown as typeof HTMLElement);

/**
 * `<bonafide-liveness>`: opens the camera, guides the person, plays the challenge and sends the capture.
 *
 * @customElement bonafide-liveness
 * @attr {string} asset-base - Folder of the assets; `assets/` beside the script when left out.
 * @attr {string} locale - BCP 47 language tag; the page's or browser's language when left out.
 * @attr {boolean} no-flash - Never play coloured light.
 * @attr {string} device-correlation-id - For sessions made with `deviceCorrelationIdSetInClient`.
 * @cssprop --bonafide-surface - Background.
 * @cssprop --bonafide-text - Text.
 * @cssprop --bonafide-accent - Main button.
 * @cssprop --bonafide-on-accent - Text of the main button.
 * @cssprop --bonafide-ring - Focus, progress and arrow.
 * @cssprop --bonafide-done - Mark of a check that is complete.
 * @fires bonafide-phase - The check reached another phase; `detail.phase` is its name.
 */
export class BonafideLiveness extends Base {
  /** Texts of the application in place of ours, by their keys. */
  languageDictionary: Readonly<Record<string, string>> = {};
  /** `deviceId` of the camera to use. */
  mediaInfoDeviceId: string | null = null;
  /** Reference photo, for sessions that verify and were created without one. */
  verifyImage: Blob | null = null;
  /** CSS font size and family of all texts. */
  fontSize: string | null = null;
  fontFamily: string | null = null;
  /** Styles of the main button and of the hints. */
  buttonStyles: Styles = {};
  hintStyles: Styles = {};

  private running: { check: Check; controller: AbortController } | null = null;

  /** Folder of the assets. */
  get assetBase(): string {
    return resolveAssetBase(this.getAttribute('asset-base'));
  }
  set assetBase(value: string) {
    this.setAttribute('asset-base', value);
  }

  get locale(): string {
    return this.getAttribute('locale') ?? (document.documentElement.lang || navigator.language);
  }
  set locale(value: string) {
    this.setAttribute('locale', value);
  }

  get noFlash(): boolean {
    return this.hasAttribute('no-flash');
  }
  set noFlash(value: boolean) {
    this.toggleAttribute('no-flash', value);
  }

  /**
   * Runs a check and resolves when the service has judged it, whatever it decided. May be called again, one at a time.
   * @param token the session's `authToken`; it names the service
   * @throws LivenessFailure
   */
  async start(token: string): Promise<LivenessCompletion> {
    if (this.running) throw new LivenessFailure('Unexpected', 'None');
    const controller = new AbortController();
    const client = openClient(token, controller.signal);
    if (!client) throw new LivenessFailure('InvalidToken', 'None');
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const { assetBase, locale } = this;
    this.applyFont();
    const view: View = openView(
      root,
      this.withOwn(ENGLISH),
      {
        light: !this.noFlash,
        reducedMotion: matchMedia('(prefers-reduced-motion: reduce)').matches,
      },
      {
        agree: (light) => check.send({ kind: 'agreed', light }),
        retry: () => check.send({ kind: 'retried' }),
        cancel: () => check.send({ kind: 'cancelled' }),
        chooseCamera: (deviceId) => check.chooseCamera(deviceId),
      },
    );
    view.setStyles(this.buttonStyles, this.hintStyles);
    let phase: PhaseName | null = null;
    const check = runCheck({
      view,
      client,
      assetBase,
      deviceId: this.mediaInfoDeviceId,
      deviceCorrelationId: this.getAttribute('device-correlation-id'),
      verifyImage: this.verifyImage,
      light: !this.noFlash,
      version: BONAFIDE_VERSION,
      signal: controller.signal,
      onFlow: (flow) => {
        if (flow.phase.name === phase) return;
        phase = flow.phase.name;
        this.dispatchEvent(new CustomEvent('bonafide-phase', { detail: { phase } }));
      },
    });
    this.running = { check, controller };
    void loadTexts(assetBase, locale, controller.signal).then((texts) => {
      if (this.running?.check === check && texts !== ENGLISH) view.setTexts(this.withOwn(texts));
    });
    const wake = keepAwake();
    try {
      const ending = await check.ending;
      if (ending.ok) await new Promise((resolve) => setTimeout(resolve, DONE_MS));
      if (ending.ok) return { resultId: ending.resultId, digest: ending.digest };
      throw new LivenessFailure(ending.livenessError, ending.recognitionError);
    } finally {
      this.running = null;
      wake();
      view.close();
    }
  }

  /** Ends a running check, as the person's own cancelling does. */
  cancel(): void {
    this.running?.check.send({ kind: 'cancelled' });
  }

  disconnectedCallback(): void {
    this.cancel();
  }

  /** Our texts with the application's own. */
  protected withOwn(texts: Texts): Texts {
    return withOwnTexts(texts, this.languageDictionary);
  }

  private applyFont(): void {
    if (this.fontSize !== null) this.style.setProperty('--bonafide-font-size', this.fontSize);
    if (this.fontFamily !== null) this.style.setProperty('--bonafide-font-family', this.fontFamily);
  }
}

/** Keeps the screen on while a check runs, where the browser can. Returns how to let go. */
function keepAwake(): () => void {
  const wakeLock = (navigator as { wakeLock?: WakeLock }).wakeLock;
  const lock = wakeLock?.request('screen').catch(() => null);
  return () => void lock?.then((sentinel) => sentinel?.release()).catch(() => undefined);
}
