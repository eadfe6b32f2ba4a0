/**
 * The page of the tutorial's app: it asks its app server for a token, runs the SDK's element, and tells the server when it is
 * done. It never sees a key, and it decides nothing.
 */

/** What this page uses of `<bonafide-liveness>`. */
interface LivenessElement extends HTMLElement {
  /** The reference photograph, for sessions that were created without one. */
  verifyImage: Blob | null;
  /** Runs a check. @throws LivenessFailure */
  start(token: string): Promise<{ resultId: string; digest: string }>;
}

/** What the element rejects with: names of the contract, for code and not for people. */
interface LivenessFailure {
  livenessError: string;
  recognitionError?: string;
}

interface StartedCheck {
  authToken: string;
  photo?: { quality: string; failedRules: string[] };
}

interface CompletedCheck {
  accepted: boolean;
  shown?: { reason: string; livenessDecision?: string; verifyResult?: { matchConfidence: number } };
}

const form = find('form', HTMLFormElement);
const photoInput = find('photo', HTMLInputElement);
const startButton = find('start', HTMLButtonElement);

form.addEventListener('change', showPhotoPart);
photoInput.addEventListener('change', showPreview);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void run();
});
find('again', HTMLButtonElement).addEventListener('click', () => show('choose'));
showPhotoPart();
// Where it cannot be registered, behind a certificate that the browser does not trust for one, nothing else changes.
navigator.serviceWorker?.register('service-worker.js').catch(() => undefined);

/** One check, from the button to the result. */
async function run(): Promise<void> {
  const kind = new FormData(form).get('kind');
  const photo = kind === 'liveness' ? null : (photoInput.files?.[0] ?? null);
  say('error', '');
  markRules([]);
  say('photo-verdict', '');
  if (kind !== 'liveness' && !photo) return say('error', 'Choose a photograph first.');
  startButton.disabled = true;
  try {
    const check = await post<StartedCheck>(
      `api/checks?kind=${String(kind)}`,
      kind === 'photo-from-server' ? photo : null,
    );
    if (check.photo) showPhotoQuality(check.photo);
    const done = await runElement(check.authToken, kind === 'photo-from-page' ? photo : null);
    showResult(await post<CompletedCheck>('api/checks/complete', JSON.stringify(done)));
  } catch (failure) {
    show('choose');
    explain(failure);
  } finally {
    startButton.disabled = false;
    find('stage', HTMLElement).replaceChildren();
  }
}

/** The SDK: opens the camera, guides, films and uploads. */
async function runElement(token: string, photo: Blob | null): Promise<{ resultId: string; digest: string }> {
  // The address is only known here, so that no bundler takes the SDK into this script.
  const sdk = new URL('sdk/bonafide-liveness.js', document.baseURI).href;
  await import(sdk);
  await customElements.whenDefined('bonafide-liveness');
  const element = document.createElement('bonafide-liveness') as LivenessElement;
  element.setAttribute('asset-base', new URL('sdk/assets/', document.baseURI).href);
  if (photo) element.verifyImage = photo;
  find('stage', HTMLElement).replaceChildren(element);
  show('stage');
  return element.start(token);
}

/** An answer that is no success, with the sentence of the server. */
class Refused extends Error {}

async function post<T>(path: string, body: Blob | string | null): Promise<T> {
  const answer = await fetch(path, {
    method: 'POST',
    body,
    ...(typeof body === 'string' && { headers: { 'Content-Type': 'application/json' } }),
  });
  const value: unknown = await answer.json().catch(() => null);
  if (answer.ok) return value as T;
  const message = isObject(value) && typeof value['message'] === 'string' ? value['message'] : null;
  throw new Refused(message ?? 'The server could not be understood.');
}

// --- What is shown --------------------------------------------------------------------------------------------------

function show(part: 'choose' | 'stage' | 'result'): void {
  for (const id of ['choose', 'stage', 'result']) find(id, HTMLElement).hidden = id !== part;
  document.title = part === 'result' ? 'Result · Bonafide demo' : 'Bonafide demo';
  if (part === 'result') find('result', HTMLElement).focus();
}

function showPhotoPart(): void {
  find('photo-part', HTMLElement).hidden = new FormData(form).get('kind') === 'liveness';
}

function showPreview(): void {
  const [file] = photoInput.files ?? [];
  const preview = find('preview', HTMLImageElement);
  URL.revokeObjectURL(preview.src);
  preview.hidden = !file;
  if (file) preview.src = URL.createObjectURL(file);
  say('photo-verdict', '');
  markRules([]);
}

function showPhotoQuality({ quality, failedRules }: NonNullable<StartedCheck['photo']>): void {
  markRules(failedRules);
  say(
    'photo-verdict',
    quality === 'high'
      ? 'The photograph is good.'
      : `The photograph is of ${quality} quality; a better one is recognised more surely.`,
  );
}

/** Points out the rules that the photograph breaks. */
function markRules(codes: readonly string[]): void {
  for (const item of document.querySelectorAll<HTMLElement>('#rules li')) {
    const rules = item.dataset['rules']?.split(' ') ?? [];
    const failed = rules.some((rule) => codes.includes(rule));
    item.classList.toggle('failed', failed);
    if (failed) item.setAttribute('aria-label', `Not met: ${item.textContent}`);
    else item.removeAttribute('aria-label');
  }
}

function showResult({ accepted, shown }: CompletedCheck): void {
  const part = find('result', HTMLElement);
  part.classList.toggle('accepted', accepted);
  say('result-title', accepted ? 'Welcome' : 'That did not work');
  say(
    'result-text',
    accepted
      ? 'The app server is satisfied and would let you in.'
      : 'The app server is not satisfied. You can try again, with even light and nothing in front of your face.',
  );
  const rows: [string, string][] = shown
    ? [
        ['decision', shown.livenessDecision ?? 'none'],
        ...(shown.verifyResult
          ? [['match', shown.verifyResult.matchConfidence.toFixed(2)] as [string, string]]
          : []),
        ...(accepted ? [] : [['why', shown.reason] as [string, string]]),
      ]
    : [];
  find('shown', HTMLElement).replaceChildren(
    ...rows.flatMap(([name, value]) => [textElement('dt', name), textElement('dd', value)]),
  );
  show('result');
}

/** Sentences for what can go wrong; the names are those of the SDK's contract. */
const FAILURES: Record<string, string> = {
  CameraPermissionDenied:
    'The camera is not permitted. Allow it in the settings of the browser, then try again.',
  CameraStartupFailure: 'The camera could not be started. Another app may be using it.',
  EnvironmentNotSupported: 'This browser or connection cannot do it; "Test this device" says why.',
  TimedOut: 'It took too long. Try again.',
  InvalidToken: 'The check has expired. Start another one.',
  ServerTimedOut: 'The service did not answer. Try again in a moment.',
  VerifyImageNotProvided: 'The photograph is missing.',
};

/** What a photograph that the page brought is refused for, and the rule that says so. */
const PHOTO_FAILURES: Record<string, string> = {
  FaceNotFound: 'NoFace',
  MultipleFaceFound: 'SeveralFaces',
  FaceNotFrontal: 'NotFrontal',
  FaceEyeRegionNotVisible: 'EyesHidden',
  FaceMouthRegionNotVisible: 'MouthHidden',
  FaceWithMaskDetected: 'MouthHidden',
  ExcessiveFaceBrightness: 'TooBright',
  ExcessiveImageBlurDetected: 'Blurred',
  ContentDecodingError: 'Undecodable',
  UnsupportedMediaType: 'Undecodable',
  ImageSizeIsTooLarge: 'FileSize',
  ImageSizeIsTooSmall: 'FileSize',
};

/** Of the messages with which the service refuses a photograph: the rule that each is about. */
const PHOTO_MESSAGES: readonly [RegExp, string][] = [
  [/no face/i, 'NoFace'],
  [/more than 1 face/i, 'SeveralFaces'],
  [/too small/i, 'FaceTooSmall'],
  [/decoding/i, 'Undecodable'],
  [/KB|MB/, 'FileSize'],
];

function explain(failure: unknown): void {
  if (failure instanceof Refused) {
    markRules(PHOTO_MESSAGES.flatMap(([pattern, rule]) => (pattern.test(failure.message) ? [rule] : [])));
    return say('error', failure.message);
  }
  if (!isFailure(failure)) return say('error', 'The check could not be run. "Test this device" may say why.');
  const rule = PHOTO_FAILURES[failure.recognitionError ?? ''];
  if (rule) {
    markRules([rule]);
    return say('error', 'The photograph cannot be used; the rule that it breaks is marked.');
  }
  if (failure.livenessError.startsWith('UserCanceled')) return;
  say('error', FAILURES[failure.livenessError] ?? `It did not work (${failure.livenessError}). Try again.`);
}

function isFailure(value: unknown): value is LivenessFailure {
  return isObject(value) && typeof value['livenessError'] === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function say(id: string, text: string): void {
  find(id, HTMLElement).textContent = text;
}

function textElement(name: 'dt' | 'dd', text: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function find<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`expected #${id} in the page`);
  return found;
}
