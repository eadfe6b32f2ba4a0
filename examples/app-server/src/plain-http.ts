import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

// Reading bodies, sending JSON and files: what a web framework would do for you.

/** A body that is not what it should be. */
export class BodyError extends Error {
  constructor(
    readonly status: 400 | 413,
    message: string,
  ) {
    super(message);
  }
}

export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new BodyError(413, `Expected at most ${maxBytes / 1024} KB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function readJson(request: IncomingMessage, maxBytes: number): Promise<Record<string, unknown>> {
  const text = (await readBody(request, maxBytes)).toString();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Answered below, like JSON that is no object.
  }
  throw new BodyError(400, 'Expected a JSON object.');
}

export function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(body));
}

export function refuse(response: ServerResponse, status: number, message: string): void {
  // What is left of a refused upload is not waited for.
  if (status === 413) response.setHeader('Connection', 'close');
  send(response, status, { message });
}

export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(308, { Location: location }).end();
}

/** `.wasm` must have its type, or browsers refuse to compile it while it streams. */
const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

export async function sendFile(
  response: ServerResponse,
  { folder, path }: { folder: string; path: string },
  policy: string,
): Promise<void> {
  const name = normalize(`/${decode(path)}`);
  const type = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';
  const bytes = name.includes('\0') ? null : await readFile(join(folder, name)).catch(() => null);
  if (!bytes) return refuse(response, 404, 'There is nothing here.');
  response
    .writeHead(200, {
      'Content-Type': type,
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Content-Security-Policy': policy,
      'Permissions-Policy': 'camera=(self), screen-wake-lock=(self), fullscreen=(self)',
    })
    .end(bytes);
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '\0';
  }
}
