import { connect } from 'node:net';

/** An answer as it came over the socket. */
export interface RawAnswer {
  status: number;
  head: string;
  body: string;
}

/** The service must answer within this time, ms. */
const PATIENCE_MS = 5_000;

/**
 * Sends bytes over a connection of their own, and reads what comes until the service closes it; null where it closes without an
 * answer.
 * @param hangUp whether to hang up after the last byte, as a sender does that dies in the middle of a body
 */
export function rawCall(port: number, bytes: Uint8Array, hangUp: boolean): Promise<RawAnswer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const patience = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no answer within ${PATIENCE_MS} ms`));
    }, PATIENCE_MS);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // The service may cut a refused upload off; what it said before counts.
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearTimeout(patience);
      resolve(parse(Buffer.concat(chunks).toString('latin1')));
    });
    if (hangUp) socket.end(bytes);
    else socket.write(bytes);
  });
}

/** The first final answer; what follows belongs to bytes that were taken for a second request. */
function parse(text: string): RawAnswer | null {
  const final = text.replace(/^(HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n)+/, '');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(final)?.[1];
  if (status === undefined) return null;
  const split = final.indexOf('\r\n\r\n');
  const head = final.slice(0, split);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return { status: Number(status), head, body: final.slice(split + 4, split + 4 + length) };
}
