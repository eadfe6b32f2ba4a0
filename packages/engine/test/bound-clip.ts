import type { CaptureMetadata, Challenge, ChallengeStep, StepReport } from '@bonafide/protocol';
import type { Clip } from '../src/cues/cue.js';
import type { FaceFrame, SeenFrame } from '../src/face.js';
import { LANDMARKS } from '../src/mesh.js';

// A clip that is bound to a challenge, for the arithmetic of cues: only what they read.

/** One frame of it. */
export interface Shot {
  timeMs: number;
  stepId: number;
  seen?: FaceFrame;
  /** Where the face is, fractions of a frame of 480 x 640 (width: of its shorter side); instead of `seen`. */
  centreX?: number;
  centreY?: number;
  faceWidth?: number;
  yawDeg?: number;
}

const SIZE = { width: 480, height: 640 };

/** A clip of these shots after this challenge. */
export function boundClip(
  steps: ChallengeStep[],
  reports: StepReport[],
  shots: readonly Shot[],
  more: Partial<CaptureMetadata> = {},
): Clip {
  const frames = shots.map((shot, index) => {
    const seen = shot.seen ?? placedFace(shot);
    return { ...seen, frame: { ...seen.frame, index, timeMs: shot.timeMs } };
  });
  const sessionId = '3847ffd3-4657-4e6c-870c-8e20de52f567';
  const nonce = 'AAECAwQFBgcICQoLDA0ODw';
  const challenge: Challenge = { schema: 'bonafide-challenge/1', steps };
  const metadata: CaptureMetadata = {
    schema: 'bonafide-capture/1',
    sessionId,
    nonce,
    client: { name: 'test', version: '1' },
    steps: reports,
    light: [],
    events: [],
    frames: shots.map(({ timeMs, stepId }, k) => ({ k, timeMs, stepId, ...SIZE })),
    chain: '0'.repeat(64),
    ...more,
  };
  return { mode: 'clip', frames, usable: frames, capture: { sessionId, nonce, challenge, metadata } };
}

/** The same clip with frames that show nobody. */
export function withoutFaces(clip: Clip): Clip {
  const frames = clip.frames.map((seen): SeenFrame => ({ ...seen, face: null }));
  return { ...clip, frames, usable: [] };
}

/** A face without pixels: landmarks on an ellipse. */
function placedFace({ centreX = 0.5, centreY = 0.5, faceWidth = 0.4, yawDeg = 0 }: Shot): FaceFrame {
  const { width, height } = SIZE;
  const across = faceWidth * width;
  const points = new Float32Array(3 * LANDMARKS);
  for (let k = 0; k < LANDMARKS; k++) {
    const angle = (2 * Math.PI * k) / LANDMARKS;
    const x = centreX * width + (across / 2) * Math.cos(angle);
    const y = centreY * height + 1.3 * (across / 2) * Math.sin(angle);
    points.set([x, y, 0], 3 * k);
  }
  const box = {
    left: centreX * width - across / 2,
    top: centreY * height - 0.65 * across,
    width: across,
    height: 1.3 * across,
  };
  return {
    frame: { index: 0, timeMs: 0, ...SIZE, rgb: new Uint8Array(new SharedArrayBuffer(0)), uploaded: SIZE },
    face: {
      mesh: { points, flag: 1 },
      box,
      report: {
        rectangle: box,
        pose: { yawDeg, pitchDeg: 0, rollDeg: 0 },
        interocularPx: across / 2.3,
        sharpness: 100,
        exposure: { mean: 0.5, darkShare: 0, brightShare: 0 },
        visibility: { eyes: 2, mouth: 2, maskContrast: 0, noseContrast: 0 },
        skinToneDeg: 40,
        flag: 1,
      },
    },
    searched: true,
    others: [],
  };
}
