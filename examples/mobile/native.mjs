// `npm run native [-- android] [ios]`: makes the android and ios folders with Capacitor, or brings them up to date, and applies
// what a check needs there. Needs dist/ (`npm run page`), but neither Android's tools nor Xcode.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DEBUG_TRUST, withCamera, withCameraUsage } from './permissions.mjs';

/** What iOS tells the person when it asks for the camera; an app says its own purpose here. */
const CAMERA_USAGE = 'The camera films your face for a few seconds to see that a living person is there.';

/** @param {string} folder a platform's folder as Capacitor makes it */
export const apply = {
  android(folder) {
    const main = join(folder, 'app/src/main');
    edit(join(main, 'AndroidManifest.xml'), withCamera);
    const trust = join(main, 'res/xml/network_security_config.xml');
    mkdirSync(dirname(trust), { recursive: true });
    if (!existsSync(trust)) writeFileSync(trust, DEBUG_TRUST);
  },
  ios(folder) {
    edit(join(folder, 'App/App/Info.plist'), (plist) => withCameraUsage(plist, CAMERA_USAGE));
  },
};

function edit(file, change) {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('.', import.meta.url));
  const wished = process.argv.slice(2);
  const unknown = wished.find((platform) => !(platform in apply));
  if (unknown) {
    console.error(`Expected android or ios, got ${unknown}`);
    process.exit(2);
  }
  const cli = join(root, 'node_modules/@capacitor/cli/bin/capacitor');
  const capacitor = (...args) => {
    const { status } = spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' });
    // It has said why.
    if (status !== 0) process.exit(status ?? 1);
  };
  for (const platform of wished.length > 0 ? wished : ['android', 'ios']) {
    capacitor(existsSync(join(root, platform)) ? 'sync' : 'add', platform);
    apply[platform](join(root, platform));
  }
}
