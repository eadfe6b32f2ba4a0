import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Kind, type TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { describe, expect, it } from 'vitest';
import { captureChain } from './capture-chain.js';
import { CaptureMetadata } from './capture.js';
import { Challenge } from './challenge.js';

const page = readFileSync(new URL('../../../docs/capture-protocol.md', import.meta.url), 'utf8');
const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

/** Names of all members of a schema, those of its parts too. */
function membersOf(schema: TSchema): string[] {
  const {
    properties = {},
    items,
    anyOf = [],
  } = schema as {
    properties?: Record<string, TSchema>;
    items?: TSchema;
    anyOf?: TSchema[];
  };
  const parts = [...Object.values(properties), ...anyOf, ...(items && Kind in items ? [items] : [])];
  return [...Object.keys(properties), ...parts.flatMap(membersOf)];
}

describe('docs/capture-protocol.md, from which clients are written', () => {
  it.each([
    ['the metadata', CaptureMetadata],
    ['the challenge', Challenge],
  ])('names every member of %s', (_, schema) => {
    const members = new Set(membersOf(schema));
    expect(members.size).toBeGreaterThan(10);
    expect(
      [...members].filter((name) => !page.includes(`\`${name}\``) && !page.includes(`"${name}"`)),
    ).toEqual([]);
  });

  it('has an example whose chain follows from it, one hash after the other', async () => {
    const text = /```json\n(\{\n[^]*?)```/.exec(page)?.[1] ?? '';
    const example = Value.Decode(CaptureMetadata, JSON.parse(text));
    const { sessionId, nonce, frames, chain } = example;
    const hashes = [...page.matchAll(/^h\d ([0-9a-f]{64})$/gm)].map(([, hash]) => hash);
    const chained = frames.map((meta, k) => ({ meta, data: Buffer.from(k === 0 ? 'first' : 'second') }));
    expect(hashes).toEqual(
      await Promise.all([0, 1, 2].map((n) => captureChain(sessionId, nonce, chained.slice(0, n), sha256))),
    );
    expect(chain).toBe(hashes[2]);
  });
});
