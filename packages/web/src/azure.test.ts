import { describe, expect, it } from 'vitest';
import { toOwnKeys } from './azure.js';

describe("Azure's keys of texts", () => {
  it('are ours, with their prefix and in their older form without it', () => {
    expect(toOwnKeys({ AZAIF_FeedbackMoveCloser: 'Nearer', Continue: 'Go on' })).toEqual({
      moveCloser: 'Nearer',
      start: 'Go on',
    });
  });

  it('that name nothing which is shown are left out', () => {
    expect(toOwnKeys({ AZAIF_BrightnessTip2: 'Smile', AZAIF_FeedbackLookUp: 'Up', title: 'Mine' })).toEqual(
      {},
    );
  });
});
