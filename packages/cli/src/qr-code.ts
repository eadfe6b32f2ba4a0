import QrCode from 'qrcode';

/** Light modules around a code, without which scanners may not find it (ISO/IEC 18004). */
const QUIET_ZONE = 4;
/** Black on white whatever the colours of the terminal are. */
const [BLACK_ON_WHITE, RESET] = ['\u001b[30;107m', '\u001b[0m'];

/** A QR code of a text in lines for a terminal, two modules above one another in a character. */
export function drawQrCode(text: string): string {
  const { modules } = QrCode.create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  const isDark = (row: number, column: number) =>
    Math.min(row, column) >= 0 && Math.max(row, column) < size && modules.get(row, column) === 1;
  const places = (step: number) =>
    Array.from({ length: Math.ceil((size + 2 * QUIET_ZONE) / step) }, (_, k) => k * step - QUIET_ZONE);
  return places(2)
    .map((row) => {
      const characters = places(1).map((column) => {
        const lower = isDark(row + 1, column);
        if (isDark(row, column)) return lower ? '█' : '▀';
        return lower ? '▄' : ' ';
      });
      return `${BLACK_ON_WHITE}${characters.join('')}${RESET}`;
    })
    .join('\n');
}
