import {
  CLOCK_TOLERANCE_MS,
  DIAGNOSES,
  isAcceptedType,
  SDK_FILES,
  type DiagnosisCode,
  type Finding,
} from '@bonafide/protocol';

/** The page `/check`: looks at everything that a check needs and names what is wrong, why, and what helps. */

/** A camera that has not shown a picture by then shows none, ms. */
const FIRST_PICTURE_MS = 5_000;
/** Mean of the three channels below which a picture is taken for black, 0..255. */
const BLACK = 4;
/** Names of getUserMedia's errors (W3C Media Capture and Streams, 10.2.7). */
const CAMERA_ERRORS: Record<string, DiagnosisCode> = {
  NotAllowedError: 'CameraDenied',
  SecurityError: 'CameraDenied',
  NotFoundError: 'CameraMissing',
  OverconstrainedError: 'CameraMissing',
  NotReadableError: 'CameraBusy',
  AbortError: 'CameraBusy',
};

const camera = find('camera', HTMLButtonElement);
camera.addEventListener('click', () => {
  camera.disabled = true;
  void report('camera', checkCamera()).then(() => {
    camera.disabled = false;
  });
});

await report('secure page', Promise.resolve(checkSecure()));
await report('browser', Promise.resolve(checkBrowser()));
await report('WebAssembly', checkWasm());
await report('worker', checkWorker());
await report('service and clock', checkService());
await report('files of the SDK', checkAssets());

function checkSecure(): Finding {
  const what = 'Secure page';
  return finding(what, isSecureContext ? null : 'InsecureContext', location.origin);
}

function checkBrowser(): Finding {
  const missing = [
    ...('requestVideoFrameCallback' in HTMLVideoElement.prototype ? [] : ['requestVideoFrameCallback']),
    ...(typeof createImageBitmap === 'function' ? [] : ['createImageBitmap']),
    ...(typeof HTMLDialogElement === 'function' ? [] : ['dialog']),
    ...('adoptedStyleSheets' in Document.prototype ? [] : ['adoptedStyleSheets']),
    // Browsers hide these two from pages that are not secure, which is told above.
    ...(!isSecureContext || 'subtle' in crypto ? [] : ['crypto.subtle']),
    ...(!isSecureContext || 'mediaDevices' in navigator ? [] : ['mediaDevices']),
  ];
  return finding('Browser', missing.length > 0 ? 'BrowserTooOld' : null, missing.join(', '));
}

async function checkWasm(): Promise<Finding> {
  // The smallest module: its magic number and version.
  const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  try {
    await WebAssembly.compile(module);
    return finding('WebAssembly', null);
  } catch (error) {
    return finding('WebAssembly', 'WasmBlocked', nameOf(error));
  }
}

async function checkWorker(): Promise<Finding> {
  const answered = await new Promise<boolean>((resolve) => {
    const worker = new Worker('/pages/echo-worker.js', { type: 'module' });
    const end = (works: boolean) => {
      worker.terminate();
      resolve(works);
    };
    worker.onmessage = () => end(true);
    worker.onerror = () => end(false);
    setTimeout(() => end(false), 3_000);
    worker.postMessage('hello');
  }).catch(() => false);
  return finding('Worker', answered ? null : 'WorkerBlocked');
}

async function checkService(): Promise<Finding> {
  const what = 'Service and clock';
  const before = Date.now();
  const answer = await fetch('/healthz', { cache: 'no-store' }).catch(() => null);
  if (!answer) return finding(what, 'ServiceUnreachable', location.origin);
  const body = (await answer.json().catch(() => ({}))) as { status?: string };
  if (!answer.ok || body.status !== 'ok') return finding(what, 'ServiceNotReady', `status ${answer.status}`);
  const theirs = Date.parse(answer.headers.get('date') ?? '');
  const skewMs = Math.round((before + Date.now()) / 2 - theirs);
  const detail = `the clocks differ by ${Math.abs(Math.round(skewMs / 1000))} s`;
  return finding(what, Math.abs(skewMs) > CLOCK_TOLERANCE_MS ? 'ClockSkewed' : null, detail);
}

async function checkAssets(): Promise<Finding> {
  const what = 'Files of the SDK';
  for (const file of SDK_FILES) {
    const answer = await fetch(`/client/${file}`).catch(() => null);
    if (!answer?.ok) return finding(what, 'AssetMissing', file);
    const type = answer.headers.get('content-type');
    if (!isAcceptedType(file, type)) return finding(what, 'AssetWrongType', `${file}: ${type ?? 'none'}`);
  }
  return finding(what, null, `${SDK_FILES.length} files`);
}

async function checkCamera(): Promise<Finding> {
  const what = 'Camera';
  if (!isSecureContext) return finding(what, 'InsecureContext');
  if (cameraForbidden()) return finding(what, 'CameraBlockedByPolicy');
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch (error) {
    return finding(what, CAMERA_ERRORS[nameOf(error)] ?? 'CameraBusy', nameOf(error));
  }
  try {
    return await lookAtPicture(stream);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** Chromium alone tells; elsewhere the request is refused like a person's no. */
function cameraForbidden(): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  return featurePolicy?.allowsFeature('camera') === false;
}

async function lookAtPicture(stream: MediaStream): Promise<Finding> {
  const what = 'Camera';
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  const shown = await Promise.race([
    video.play().then(
      () => video.videoWidth > 0,
      () => false,
    ),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), FIRST_PICTURE_MS)),
  ]);
  const size = `${video.videoWidth} x ${video.videoHeight}`;
  if (!shown) return finding(what, 'CameraShowsNothing', 'no picture');
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 32;
  const context = canvas.getContext('2d');
  // A camera needs some frames to open its eye: the brightest of a second counts.
  let brightest = 0;
  for (let k = 0; k < 10 && brightest < BLACK; k++) {
    context?.drawImage(video, 0, 0, 32, 32);
    const { data } = context?.getImageData(0, 0, 32, 32) ?? { data: [] as number[] };
    const colours = Array.from(data).filter((_, at) => at % 4 !== 3);
    brightest = Math.max(brightest, colours.reduce((sum, value) => sum + value, 0) / colours.length);
    if (brightest < BLACK) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return finding(what, brightest < BLACK ? 'CameraShowsNothing' : null, size);
}

function finding(what: string, code: DiagnosisCode | null, detail = ''): Finding {
  return { what, code, detail };
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : String(error);
}

/** Shows one line, which waits until its check is done. */
async function report(id: string, check: Promise<Finding>): Promise<void> {
  const list = find('checks', HTMLUListElement);
  const item = document.getElementById(`check ${id}`) ?? list.appendChild(document.createElement('li'));
  item.id = `check ${id}`;
  const { what, code, detail } = await check;
  item.className = code ? 'failed' : 'ok';
  item.replaceChildren(
    element('span', code ? '✗' : '✓', 'sign'),
    element('b', `${what}${code ? `: ${code}` : ' is in order'}`),
    ...(detail ? [element('p', detail)] : []),
    ...(code ? [prose(DIAGNOSES[code].cause), prose(`What helps: ${DIAGNOSES[code].cure}`)] : []),
  );
}

/** A paragraph whose parts between backticks are code. */
function prose(text: string): HTMLElement {
  const made = document.createElement('p');
  made.append(...text.split('`').map((part, at) => (at % 2 === 1 ? element('code', part) : part)));
  return made;
}

function element(name: string, text: string, className = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

function find<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`expected #${id} in the page`);
  return found;
}
