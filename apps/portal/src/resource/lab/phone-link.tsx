import QrCode from 'qrcode';
import { Value } from '../../parts/copy.js';
import { Notice } from '../../parts/notice.js';

/** Light modules around a code (ISO/IEC 18004, 6.3.8). */
const QUIET_ZONE = 4;

/** A link for a phone's camera, good once. */
export function PhoneLink({ link }: { link: string }) {
  const { hostname, protocol } = new URL(link);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return (
    <>
      <p>Scan it with the phone, and begin there. The link works once and for ten minutes.</p>
      {(isLocal || protocol === 'http:') && (
        <Notice kind="warning">
          {isLocal
            ? 'This link leads to this machine alone. '
            : 'A phone gives its camera to pages of https only. '}
          Start the service with --https and a --public-url that the phone reaches; docs/doctor.md shows how.
        </Notice>
      )}
      <Qr text={link} />
      <Value text={link} label="link" />
    </>
  );
}

function Qr({ text }: { text: string }) {
  const { modules } = QrCode.create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  const whole = size + 2 * QUIET_ZONE;
  const dark = Array.from(modules.data).flatMap((on, k) =>
    on ? `M${(k % size) + QUIET_ZONE} ${Math.floor(k / size) + QUIET_ZONE}h1v1h-1z` : [],
  );
  return (
    <svg class="qr" viewBox={`0 0 ${whole} ${whole}`} role="img" aria-label="QR code of the link below">
      <path d={dark.join('')} />
    </svg>
  );
}
