/**
 * What can be wrong with a device, a page or an installation: the closed list of the page `/check` and of `bonafide doctor`.
 * `docs/doctor.md` lists the same rows, and a test compares the two.
 */
export const DIAGNOSES = {
  InsecureContext: {
    cause:
      'The page is not served over HTTPS, and browsers open the camera on secure pages and on localhost alone.',
    cure: 'Serve it over HTTPS; for a phone in your network `npm start -- --https --host 0.0.0.0`.',
  },
  BrowserTooOld: {
    cause: 'The browser lacks something that the capture needs.',
    cure: 'Update it; Chrome and Edge from 109, Firefox from 132 and Safari from 16.4 have everything.',
  },
  CameraBlockedByPolicy: {
    cause: 'The Permissions-Policy of the page, or the frame that it is in, forbids the camera.',
    cure: 'Send `Permissions-Policy: camera=(self)`, and give the iframe `allow="camera"`.',
  },
  CameraDenied: {
    cause: 'The person, the browser or the operating system does not permit the camera.',
    cure: "Allow it beside the address bar, and in the system's privacy settings for this browser.",
  },
  CameraMissing: {
    cause: 'No camera was found.',
    cure: 'Connect one; in a virtual machine or remote desktop pass it through.',
  },
  CameraBusy: {
    cause: 'The camera is there and does not start; usually another program has it.',
    cure: 'Close video calls and camera apps, then reload the page.',
  },
  CameraShowsNothing: {
    cause: 'The camera started and brought no picture within five seconds, or a black one.',
    cure: 'Open its cover or privacy switch; in a WebView allow inline playback (`playsinline`).',
  },
  WasmBlocked: {
    cause: "WebAssembly may not be compiled: the Content-Security-Policy lacks `'wasm-unsafe-eval'`.",
    cure: "Add it: `script-src 'self' 'wasm-unsafe-eval'`; `'unsafe-eval'` is not needed.",
  },
  WorkerBlocked: {
    cause:
      'No worker could be started: the Content-Security-Policy forbids it, or its script cannot be loaded.',
    cure: "Allow `worker-src 'self' blob:`.",
  },
  ConnectBlocked: {
    cause: 'The Content-Security-Policy of the page does not allow calls to the service.',
    cure: "Add the service's origin: `connect-src 'self' https://face.example.com`.",
  },
  AssetMissing: {
    cause: "A file of the SDK's folder cannot be had.",
    cure: 'Copy the folder whole, script and `assets`, and point `asset-base` at the latter.',
  },
  AssetWrongType: {
    cause:
      'A file of the SDK is served with a wrong Content-Type: browsers then refuse to run or compile it.',
    cure: 'Serve `.wasm` as `application/wasm` and `.js` as `text/javascript`.',
  },
  CorsRefused: {
    cause: 'The service does not allow calls from pages of this origin.',
    cure: '`bonafide policy set NAME allowedOrigins=https://app.example.com`.',
  },
  ClockSkewed: {
    cause:
      'The clocks of device and service differ by more than a minute, so that tokens seem expired or not yet valid.',
    cure: 'Switch automatic time on, on both.',
  },
  ServiceUnreachable: {
    cause: 'Nothing answers at the address of the service.',
    cure: 'Start it; check address, port and firewall; it listens to other machines with `--host 0.0.0.0` only.',
  },
  ServiceNotReady: {
    cause: 'Something answers at the address, and it is no Bonafide service that is ready.',
    cure: 'See its log; behind a proxy see that `/healthz` is passed on.',
  },
  TlsUntrusted: {
    cause: 'The certificate of the service was issued by a CA that this machine does not trust.',
    cure: 'Trust the CA of `/ca.crt` on the device, or use a certificate of a public CA by `--tls-cert` and `--tls-key`.',
  },
  TlsWrongName: {
    cause: 'The certificate of the service is for other names than the one it was called by.',
    cure: 'Call it by a name of the certificate; the local one is renewed at the next start with `--https`.',
  },
  TlsExpired: {
    cause: 'The certificate of the service has expired, or is not valid yet.',
    cure: 'Renew it, and check the clocks; the local one is renewed at the next start with `--https`.',
  },
  TlsExpiresSoon: {
    cause: 'The certificate of the service ends within two weeks.',
    cure: 'Renew it; the local one is renewed at the next start with `--https`.',
  },
  WeightsMissing: {
    cause: 'Files of the networks are missing in the weights folder.',
    cure: '`npm run models` fetches what is missing; `--models-dir` names another folder.',
  },
  WeightsChanged: {
    cause: 'A file of the networks is not the one that the manifest names.',
    cure: 'Delete it and run `npm run models`; a network of your own needs its row in the manifest.',
  },
} as const satisfies Record<string, { cause: string; cure: string }>;

/** A row of {@link DIAGNOSES}. */
export type DiagnosisCode = keyof typeof DIAGNOSES;

/** What one check found: nothing wrong, or a code. */
export interface Finding {
  /** What was looked at, for people. */
  what: string;
  /** Null when it is in order. */
  code: DiagnosisCode | null;
  /** What was seen: a size, a name, an error. No personal data. */
  detail: string;
}

/** From this difference of two clocks on tokens are in danger, ms; as much as the service tolerates. */
export const CLOCK_TOLERANCE_MS = 60_000;

/** Files of the client SDK that every page needs, relative to its script's folder; texts of languages come on top. */
export const SDK_FILES = [
  'bonafide-liveness.js',
  'assets/face-finder.js',
  'assets/webp.js',
  'assets/tfjs-backend-wasm.wasm',
  'assets/tfjs-backend-wasm-simd.wasm',
  'assets/webp_enc.wasm',
  'assets/webp_enc_simd.wasm',
  'assets/blazeface.json',
  'assets/blazeface.bin',
  'assets/facemesh.json',
  'assets/facemesh.bin',
] as const;

/** Whether a file of the SDK came with a Content-Type that browsers accept for it. */
export function isAcceptedType(file: string, contentType: string | null): boolean {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (file.endsWith('.wasm')) return type === 'application/wasm';
  // The types that HTML lists as JavaScript and servers really send.
  if (file.endsWith('.js')) return /^(text|application)\/(x-)?javascript$/.test(type);
  return true;
}
