import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../setup/run.mjs';
import { fetchFiles, npmOptions } from '../../setup/weights/registry.mjs';
import { apply } from './native.mjs';

/** The templates that `cap add` unpacks, from the version that package.json pins. */
const CLI = {
  name: '@capacitor/cli',
  version: '7.6.9',
  integrity:
    'sha512-QBDEf38yBAFTJehbi5FvAmhDWV1I/e7Zr3Z6XX0Bj+9T+/OY5EkGbw5/1e+3oIyyeepq3WtdSkLWHs3VNH2gCA==',
};
const TEMPLATES = { android: 'android-template.tar.gz', ios: 'ios-pods-template.tar.gz' };

let folder;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'bonafide-mobile-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A platform's folder as `cap add` begins it. */
async function add(platform) {
  const made = join(folder, platform);
  mkdirSync(made);
  await extract({ file: join(await templates(), TEMPLATES[platform]), cwd: made });
  return made;
}

/** Fetches the templates once; nothing of the package is installed or run. */
async function templates() {
  const cache = join(root, 'node_modules/.cache', `capacitor-${CLI.version}`);
  if (existsSync(cache)) return cache;
  const paths = Object.values(TEMPLATES).map((name) => `assets/${name}`);
  const files = await fetchFiles(CLI, paths, () => undefined, await npmOptions());
  const partial = `${cache}-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  for (const name of Object.values(TEMPLATES))
    writeFileSync(join(partial, name), files.get(`assets/${name}`));
  renameSync(partial, cache);
  return cache;
}

const count = (text, part) => text.split(part).length - 1;

describe("Capacitor's templates", () => {
  it('are those of the version that package.json pins for all four packages', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, 'examples/mobile/package.json'), 'utf8'),
    );
    expect({ ...dependencies, ...devDependencies }).toEqual({
      '@capacitor/android': CLI.version,
      '@capacitor/cli': CLI.version,
      '@capacitor/core': CLI.version,
      '@capacitor/ios': CLI.version,
    });
  });

  it('ask for the camera on Android, once however often this runs', async () => {
    const android = await add('android');
    const file = join(android, 'app/src/main/AndroidManifest.xml');
    expect(readFileSync(file, 'utf8')).not.toContain('CAMERA');
    apply.android(android);
    const once = readFileSync(file, 'utf8');
    apply.android(android);
    expect(readFileSync(file, 'utf8')).toBe(once);
    expect(count(once, '<uses-permission android:name="android.permission.CAMERA" />')).toBe(1);
    expect(count(once, '<uses-permission android:name="android.permission.INTERNET" />')).toBe(1);
    // A child of the manifest, not of the application.
    expect(once.indexOf('</application>')).toBeLessThan(once.indexOf('android.permission.CAMERA'));
    expect(once.trimEnd().endsWith('</manifest>')).toBe(true);
  });

  it('trust certificates of the owner in debug builds alone', async () => {
    const android = await add('android');
    apply.android(android);
    const manifest = readFileSync(join(android, 'app/src/main/AndroidManifest.xml'), 'utf8');
    expect(manifest).toMatch(/<application\s+android:networkSecurityConfig="@xml\/network_security_config"/);
    const trust = readFileSync(join(android, 'app/src/main/res/xml/network_security_config.xml'), 'utf8');
    const [outside = '', rest = ''] = trust.split('<debug-overrides>');
    expect(rest.split('</debug-overrides>')[0]).toContain('<certificates src="user" />');
    expect(outside).not.toContain('certificates');
  });

  it('tell on iOS what the camera is for, once however often this runs', async () => {
    const ios = await add('ios');
    const file = join(ios, 'App/App/Info.plist');
    expect(readFileSync(file, 'utf8')).not.toContain('NSCameraUsageDescription');
    apply.ios(ios);
    const once = readFileSync(file, 'utf8');
    apply.ios(ios);
    expect(readFileSync(file, 'utf8')).toBe(once);
    expect(once).toMatch(
      /\t<key>NSCameraUsageDescription<\/key>\n\t<string>[^<]{20,}<\/string>\n<\/dict>\n<\/plist>\s*$/,
    );
  });
});

describe('what an app has said already', () => {
  it('stays: its own sentence, its own trust', async () => {
    const ios = await add('ios');
    const file = join(ios, 'App/App/Info.plist');
    const own = readFileSync(file, 'utf8').replace(
      '<dict>',
      '<dict>\n\t<key>NSCameraUsageDescription</key>\n\t<string>To open your account.</string>',
    );
    writeFileSync(file, own);
    apply.ios(ios);
    expect(readFileSync(file, 'utf8')).toBe(own);

    const android = await add('android');
    const trust = join(android, 'app/src/main/res/xml/network_security_config.xml');
    writeFileSync(trust, '<network-security-config />');
    apply.android(android);
    expect(readFileSync(trust, 'utf8')).toBe('<network-security-config />');
  });
});
