import { createHash } from 'node:crypto';
import { captureChain, CaptureMetadata, type ChainedFrame } from '@bonafide/protocol';
import { Value } from '@sinclair/typebox/value';
import { describe, expect, it } from 'vitest';
import { MAX_FRAMES, MIN_FRAMES, startRecorder } from './recorder.js';
import type { WebpEncoder } from './webp.js';

const FACTS = {
  sessionId: '3847ffd3-4657-4e6c-870c-8e20de52f567',
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
  client: { name: 'test', version: '1' },
  screen: { width: 390, height: 844, devicePixelRatio: 3 },
  camera: { label: 'Front', settings: {}, capabilities: {} },
};

/** A still lossy WebP file of one byte of picture: enough for the muxer, which does not look inside. */
function still(byte: number): Uint8Array {
  const file = new Uint8Array(22);
  const text = (at: number, value: string) => [...value].forEach((c, k) => (file[at + k] = c.charCodeAt(0)));
  text(0, 'RIFF');
  file[4] = 14;
  text(8, 'WEBPVP8 ');
  file[16] = 1;
  file[20] = byte;
  return file;
}

function encoder(): WebpEncoder {
  let count = 0;
  return { encode: () => Promise.resolve(still(count++)), close: () => undefined };
}

const picture = (width = 64, height = 48) => ({ data: new Uint8ClampedArray(), width, height });

function record(frames: number, size?: (k: number) => [number, number]) {
  const recorder = startRecorder(encoder(), FACTS, 1000);
  for (let k = 0; k < frames; k++) {
    const moment = { stepId: Math.floor(k / 4), moment: k % 4, lightIndex: null };
    if (recorder.wants(moment))
      recorder.keep(
        moment,
        { nowMs: 1100 + 100 * k, mediaTimeMs: 7000 + 100 * k },
        picture(...(size?.(k) ?? [])),
      );
  }
  return recorder.finish({ steps: [{ id: 0, shownAtMs: 1050, doneAtMs: 1400 }], light: [] });
}

describe('a recording', () => {
  it('becomes a clip and metadata that keep to the schema, bound by the chain', async () => {
    const { content, metadata: text } = await record(14);
    const metadata: unknown = JSON.parse(text);
    if (!Value.Check(CaptureMetadata, metadata)) throw new Error('expected valid metadata');
    expect(new TextDecoder().decode(content.subarray(0, 4))).toBe('RIFF');
    expect(metadata.frames.map(({ timeMs }) => timeMs).slice(0, 2)).toEqual([100, 200]);
    expect(metadata.frames[3]?.mediaTimeMs).toBe(300);
    expect(metadata.steps).toEqual([{ id: 0, shownAtMs: 50, doneAtMs: 400 }]);
    // VP8X and ANIM take 44 bytes; each frame then has a header of 8.
    const view = new DataView(content.buffer);
    const chained: ChainedFrame[] = [];
    for (let at = 44; at < content.length;) {
      const length = view.getUint32(at + 4, true);
      const meta = metadata.frames[chained.length];
      if (meta) chained.push({ meta, data: content.subarray(at + 8, at + 8 + length) });
      at += 8 + length + (length % 2);
    }
    expect(chained).toHaveLength(14);
    const chain = await captureChain(FACTS.sessionId, FACTS.nonce, chained, (data) =>
      createHash('sha256').update(data).digest(),
    );
    expect(metadata.chain).toBe(chain);
  });

  it('takes each moment once, and no more frames than the service', async () => {
    const recorder = startRecorder(encoder(), FACTS, 0);
    const moment = { stepId: 0, moment: 0, lightIndex: null };
    expect(recorder.wants(moment)).toBe(true);
    recorder.keep(moment, { nowMs: 5 }, picture());
    expect(recorder.wants(moment)).toBe(false);
    const { metadata } = await record(60);
    expect((JSON.parse(metadata) as CaptureMetadata).frames).toHaveLength(MAX_FRAMES);
  });

  it('is not sent with too few frames, or when the camera changed its size on the way', async () => {
    await expect(record(MIN_FRAMES - 1)).rejects.toThrow(/at least 12 frames/);
    await expect(record(14, (k) => (k < 7 ? [64, 48] : [48, 64]))).rejects.toThrow(/size/);
  });
});
