import { captureChain, muxWebp, type CaptureMetadata } from '@bonafide/protocol';
import { readWebp } from '@bonafide/engine';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './browser.js';
import { beginAnewOnProblems, openPage, startCheck } from './check.js';
import { bundlePerson } from './person/bundle.js';
import { startService, type TestService } from './service.js';
import { startSite } from './site.js';

/** What a device sends. */
interface Payload {
  content: Uint8Array;
  metadata: CaptureMetadata;
}

interface OpenSession {
  sessionId: string;
  authToken: string;
  nonce: string;
}

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

const WRONG_NONCE = { status: 400, message: expect.stringMatching(/nonce.*not the one/) as string };

describe('a capture of the real client, changed on its way', { timeout: 240_000 }, () => {
  let service: TestService;
  let own: OpenSession;
  let payload: Payload;
  /** Sessions whose nonces are older than the capture is long, as one's would be who used them for it. */
  let others: OpenSession[];

  beforeAll(async () => {
    service = await startService();
    others = await Promise.all([1, 2, 3, 4, 5].map(open));
    ({ own, payload } = await capture(service));
  }, 240_000);
  afterAll(() => service.close());

  async function open(): Promise<OpenSession> {
    const { sessionId, authToken } = await service.createSession();
    const response = await fetch(`${service.endpoint}/face/v1.2/session/start`, {
      method: 'POST',
      headers: { authorization: `Bearer ${authToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ light: 'off' }),
    });
    const { nonce } = (await response.json()) as { nonce: string };
    return { sessionId, authToken, nonce };
  }

  function other(): OpenSession {
    const session = others.pop();
    if (!session) throw new Error('expected another open session');
    return session;
  }

  async function send({ authToken }: OpenSession, { content, metadata }: Payload) {
    const form = new FormData();
    form.append('Content', new Blob([Buffer.from(content)], { type: 'image/webp' }), 'video.webp');
    form.append('Metadata', JSON.stringify(metadata));
    const response = await fetch(`${service.endpoint}/face/v1.2/detectLiveness/singleModal`, {
      method: 'POST',
      headers: { authorization: `Bearer ${authToken}` },
      body: form,
    });
    const text = await response.text();
    const body = text === '' ? null : (JSON.parse(text) as { error: { code: string; message: string } });
    return { status: response.status, code: body?.error.code, message: body?.error.message };
  }

  /** The same pictures, bound to another session as its own client would bind them. */
  async function rebind({ sessionId, nonce }: OpenSession): Promise<Payload> {
    const metadata = { ...payload.metadata, sessionId, nonce };
    const datas = readWebp(payload.content).frames.map(({ chunk }) =>
      payload.content.subarray(chunk.start, chunk.end),
    );
    const chained = metadata.frames.map((meta, k) => ({ meta, data: datas[k] ?? new Uint8Array() }));
    return {
      content: payload.content,
      metadata: { ...metadata, chain: await captureChain(sessionId, nonce, chained, sha256) },
    };
  }

  test('a well-bound one is taken, which shows that the others are refused for what was changed', async () => {
    const session = other();
    expect(await send(session, await rebind(session))).toMatchObject({ status: 204 });
  });

  test('with a nonce that was never handed out, it is refused', async () => {
    const metadata = { ...payload.metadata, nonce: 'AAAAAAAAAAAAAAAAAAAAAA' };
    expect(await send(own, { ...payload, metadata })).toMatchObject(WRONG_NONCE);
  });

  test('replayed in another session, it is refused', async () => {
    expect(await send(other(), payload)).toMatchObject(WRONG_NONCE);
  });

  test('with one bit of a frame changed, it is refused', async () => {
    const session = other();
    const bound = await rebind(session);
    const content = Uint8Array.from(bound.content);
    const middle = Math.floor(content.length / 2);
    content[middle] = (content[middle] ?? 0) ^ 1;
    expect(await send(session, { ...bound, content })).toMatchObject({
      status: 400,
      message: expect.stringContaining('chain does not follow from the frames') as string,
    });
  });

  test('with a time in the metadata changed, it is refused', async () => {
    const session = other();
    const bound = await rebind(session);
    const [first, ...rest] = bound.metadata.frames;
    if (!first) throw new Error('expected frames');
    const frames = [{ ...first, timeMs: Math.max(0, first.timeMs - 1) }, ...rest];
    expect(await send(session, { ...bound, metadata: { ...bound.metadata, frames } })).toMatchObject({
      status: 400,
      message: expect.stringContaining('chain does not follow from the frames') as string,
    });
  });

  test('with a frame left out, it is refused', async () => {
    const session = other();
    const bound = await rebind(session);
    const { width, height, frames } = readWebp(bound.content);
    const datas = frames.map(({ chunk }) => bound.content.subarray(chunk.start, chunk.end));
    const content = muxWebp({ width, height }, datas.slice(1));
    expect(await send(session, { ...bound, content })).toMatchObject({ status: 400 });
  });

  test('sent again after it was judged, it is refused: the nonce is used', async () => {
    expect(await send(own, payload)).toMatchObject({ status: 204 });
    expect(await send(own, payload)).toMatchObject({ status: 409 });
  });
});

/** Has the simulated person go through a check, and takes what the element sends instead of letting it out. */
async function capture(service: TestService): Promise<{ own: OpenSession; payload: Payload }> {
  const site = await startSite(service.endpoint, await bundlePerson());
  const browser = await launchBrowser();
  try {
    const page = await openPage(browser, `${site.origin}/person`);
    await page.evaluate(() => {
      XMLHttpRequest.prototype.send = (form) => void Object.assign(window, { sent: form });
    });
    await beginAnewOnProblems(page);
    await page.evaluate(() => window.person.ready);
    const session = await service.createSession();
    await startCheck(page, session.authToken, { attributes: { 'no-flash': '' } });
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForFunction(() => 'sent' in window, null, { timeout: 200_000 });
    const sent = await page.evaluate(async () => {
      const { sent } = window as unknown as { sent: FormData };
      const content = new Uint8Array(await (sent.get('Content') as File).arrayBuffer());
      return { content: [...content], metadata: sent.get('Metadata') as string };
    });
    const metadata = JSON.parse(sent.metadata) as CaptureMetadata;
    return {
      own: { ...session, nonce: metadata.nonce },
      payload: { content: Uint8Array.from(sent.content), metadata },
    };
  } finally {
    await browser.close();
    await site.close();
  }
}
