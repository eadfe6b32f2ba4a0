import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';

/** The root folder of the clone. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const cache = join(root, 'node_modules', '.cache');
/** Chromium with the libraries and fonts that it needs, so that no package of the system is asked for. */
const folder = join(cache, 'chromium-147.0.0');

/** What the browser has for a camera. */
export type CameraKind =
  /** A moving test picture, or a file; permission is given without a question. */
  | { kind: 'fake'; file?: string }
  /** The same camera, but permission is always denied. */
  | { kind: 'denied' }
  /** No camera at all. */
  | { kind: 'none' };

/** Starts Chromium; the caller closes it. */
export async function launchBrowser(
  camera: CameraKind = { kind: 'fake' },
  moreArgs: readonly string[] = [],
): Promise<Browser> {
  unpack();
  const cameraArgs = {
    fake: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    denied: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny'],
    none: ['--use-fake-ui-for-media-stream'],
  }[camera.kind];
  const file = camera.kind === 'fake' ? camera.file : undefined;
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
      HOME: folder,
    },
    args: [
      '--no-sandbox',
      '--no-zygote',
      '--font-render-hinting=none',
      // Painted without graphics: ten times as quick where there is no card, so that a camera's pictures come in time.
      '--disable-gpu',
      '--disable-gpu-compositing',
      ...cameraArgs,
      ...(file === undefined ? [] : [`--use-file-for-fake-video-capture=${file}`]),
      ...moreArgs,
    ],
  });
}

/** Unpacks Chromium once; whoever unpacks at the same time does so elsewhere, and one of them moves it into place. */
function unpack(): void {
  if (existsSync(join(folder, 'chromium'))) return;
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      "import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())",
    ],
    // The package puts everything into the folder for temporary files, its libraries only where it runs on Lambda.
    { cwd: root, env: { ...process.env, TMPDIR: made, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' } },
  );
  // The package's own list names folders of Lambda.
  writeFileSync(
    join(made, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(folder, 'fonts')}</dir>` +
      `<dir>/usr/share/fonts</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>`,
  );
  try {
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(join(folder, 'chromium'))) throw error;
  }
}
