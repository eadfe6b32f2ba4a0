import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import { vi } from 'vitest';
import { run } from '../src/main.js';

/** The command as users start it; `npm test` builds it first. */
const COMMAND = fileURLToPath(new URL('../bin/bonafide.js', import.meta.url));

/** A photograph with exactly one face, put there with the weights. */
export const PORTRAIT = fileURLToPath(new URL('../../../models/test-faces/sample2.jpg', import.meta.url));

/** What a command left behind. */
export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs a command line in this process, one at a time. */
export async function bonafide(...argv: string[]): Promise<Ran> {
  const ran = { out: '', err: '' };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((...said) => void (ran.out += `${format(...said)}\n`)),
    vi.spyOn(console, 'error').mockImplementation((...said) => void (ran.err += `${format(...said)}\n`)),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((ran.out += String(text)))),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((ran.err += String(text)))),
  ];
  try {
    const code = await run(argv);
    return { code, ...ran };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Starts the built command in a process of its own; for what only a process has: signals, its end, its files. */
export function start(...argv: string[]): { process: ChildProcess; ran: Ran; ended: Promise<Ran> } {
  const child = spawn(process.execPath, [COMMAND, ...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (ran.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (ran.err += text.toString()));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ ...ran, code });
    });
  });
  return { process: child, ran, ended };
}

/** A folder with `portrait.jpg`, `grey.bmp` (nobody in it) and `text.jpg` (no picture). */
export function makeFiles(): { folder: string; at: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-cli-'));
  const at = (name: string) => join(folder, name);
  copyFileSync(PORTRAIT, at('portrait.jpg'));
  writeFileSync(at('grey.bmp'), greyPicture(320, 240));
  writeFileSync(at('text.jpg'), 'no picture at all');
  return {
    folder,
    at,
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** A grey 24-bit BMP without anybody in it. */
function greyPicture(width: number, height: number): Buffer {
  const head = Buffer.alloc(54);
  const pixels = Buffer.alloc(Math.ceil((width * 3) / 4) * 4 * height, 128);
  head.write('BM');
  head.writeUInt32LE(head.length + pixels.length, 2);
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  head.writeUInt32LE(pixels.length, 34);
  return Buffer.concat([head, pixels]);
}
