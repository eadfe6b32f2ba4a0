import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scan } from '../test/scan.js';
import { drawQrCode } from './qr-code.js';

describe('a QR code in the terminal', () => {
  it.each([
    'https://192.168.1.20:8080/demo/',
    'https://a-long-name-of-a-machine-in-a-large-network.office.example.com:18443/demo/',
  ])('is read as %s', (url) => {
    expect(scan(drawQrCode(url))).toBe(url);
  });

  it('is black on white in any terminal, with four light modules on every side', () => {
    const drawn = drawQrCode('https://192.168.1.20:8080/demo/');
    const lines = stripVTControlCharacters(drawn).split('\n');
    expect(drawn.split('\u001b[30;107m').length - 1).toBe(lines.length);
    for (const line of lines) expect(line).toMatch(/^ {4}[ ▀▄█]+ {4}$/);
    for (const line of [...lines.slice(0, 2), ...lines.slice(-2)]) expect(line.trim()).toBe('');
  });
});
