// What a check needs of the two platforms, and what Capacitor's templates do not bring. Each takes a file's text and gives the
// new one; what is there already stays as it is, so that they may run again and again.

const CAMERA = `    <uses-permission android:name="android.permission.CAMERA" />
    <!-- The permission alone would ask for a camera on the back. -->
    <uses-feature android:name="android.hardware.camera" android:required="false" />
`;
const TRUST = 'android:networkSecurityConfig="@xml/network_security_config"';

/** AndroidManifest.xml with the camera, and with the debug build's trust in {@link DEBUG_TRUST}. */
export function withCamera(manifest) {
  const hasCamera = /<uses-permission\s[^>]*"android\.permission\.CAMERA"/.test(manifest);
  const asked = hasCamera ? manifest : insertBefore(manifest, '</manifest>', CAMERA);
  if (asked.includes('android:networkSecurityConfig')) return asked;
  return insertBefore(asked, 'android:allowBackup', `${TRUST}\n        `);
}

/**
 * res/xml/network_security_config.xml: debug builds, and they alone, trust certificates that the phone's owner installed, like
 * that of `npm start -- --https`.
 */
export const DEBUG_TRUST = `<?xml version="1.0" encoding="utf-8"?>
<network-security-config>
    <debug-overrides>
        <trust-anchors>
            <certificates src="system" />
            <certificates src="user" />
        </trust-anchors>
    </debug-overrides>
</network-security-config>
`;

/** Info.plist with the sentence that iOS shows when it asks for the camera; without one, iOS ends the app there. */
export function withCameraUsage(plist, sentence) {
  if (plist.includes('<key>NSCameraUsageDescription</key>')) return plist;
  const text = sentence.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return insertBefore(
    plist,
    '</dict>\n</plist>',
    `\t<key>NSCameraUsageDescription</key>\n\t<string>${text}</string>\n`,
  );
}

function insertBefore(text, place, inserted) {
  const at = text.lastIndexOf(place);
  if (at < 0) throw new Error(`expected ${JSON.stringify(place)} in the file`);
  return text.slice(0, at) + inserted + text.slice(at);
}
