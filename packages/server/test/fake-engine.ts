import { createHash } from 'node:crypto';
import {
  FACE_LANDMARKS,
  decide,
  InputError,
  loadPolicy,
  type Analysis,
  type AnalysisRequest,
  type CueReport,
  type DetectedFace,
  type Engine,
  type FaceTemplate,
} from '@bonafide/engine';
import type { LivenessDecision, QualityReason } from '@bonafide/protocol';

/** An engine that does what the last word of its input says, and remembers what it was asked. */
export interface FakeEngine extends Engine {
  requests: AnalysisRequest[];
  /** Analyses wait for this before they answer, but for the first few of all. */
  gate: Promise<void>;
  notHeld: number;
  /** What its cues measure on a capture, which is decided on as the real engine does; null where the word decides. */
  measure: ((request: AnalysisRequest) => CueReport[]) | null;
  closed: boolean;
}

const POLICY = loadPolicy();
const VERSIONS = { engine: 'fake-1', policy: 'test-1' };
/** What stands for a clip's deciding frame. */
export const PICTURE = Buffer.concat([Buffer.from('a picture '), Buffer.alloc(2_000, 7)]);
/** The rectangle of the tutorial's own example. */
export const RECTANGLE = { top: 59, left: 121, width: 409, height: 395 };

/**
 * The word is what the input ends with: a decision, a QualityReason, or `undecodable`, `crash`. Anything else is `realface`.
 * A reference is judged by the same words. A clip that holds `face:NAME` shows the face of that name.
 */
export function createFakeEngine(): FakeEngine {
  const engine: FakeEngine = {
    versions: VERSIONS,
    requests: [],
    gate: Promise.resolve(),
    notHeld: 0,
    measure: null,
    closed: false,
    async analyse(request, signal) {
      signal?.throwIfAborted();
      engine.requests.push(request);
      if (engine.requests.length > engine.notHeld) await unlessAborted(engine.gate, signal);
      const analysis = analysisOf(wordOf(request.content), request);
      if (!engine.measure) return analysis;
      const { decideBy = POLICY, allowUnbound, operatingPoint } = request;
      const { quality, unbound } = analysis;
      const cues = engine.measure(request);
      return {
        ...analysis,
        cues,
        ...decide({ cues, quality, unbound, allowUnbound }, decideBy, operatingPoint),
        versions: { ...VERSIONS, policy: request.decideBy?.version ?? VERSIONS.policy },
      };
    },
    async inspectReference(content) {
      const word = wordOf(content);
      failOn(word);
      if (word === 'NoFace') throw new InputError('NoFace', 'expected one face, found none');
      if (word === 'SeveralFaces') throw new InputError('SeveralFaces', 'expected one face, found 2');
      return {
        faceRectangle: { top: 506, left: 51, width: 680, height: 475 },
        qualityForRecognition: word === 'medium' ? 'medium' : 'high',
        failedRules: word === 'medium' ? [{ code: 'HeadTurned', text: 'the head is turned' }] : [],
        template: { net: Float32Array.from([0.6, 0.8]) },
      };
    },
    async detectFaces(content, { templates }) {
      const word = wordOf(content);
      failOn(word);
      if (word === 'NoFace') return [];
      const face = detectedFace(templates ? (faceOf(content) ?? { net: Float32Array.of(1) }) : null);
      return word === 'SeveralFaces' ? [face, face] : [face];
    },
    pictures: async (content) => [
      { jpeg: Buffer.concat([Buffer.from('picture of '), content.subarray(0, 16)]), width: 480, height: 640 },
    ],
    compare: (one, other) => {
      const [a = [], b = []] = [one['net'], other['net']];
      const similarity = Array.from(a).reduce((sum, value, k) => sum + value * (b[k] ?? NaN), 0);
      return { similarity, matchConfidence: Math.max(0, similarity) };
    },
    async close() {
      engine.closed = true;
    },
  };
  return engine;
}

function unlessAborted(gate: Promise<void>, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal?.reason as Error);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    void gate.then(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
  });
}

function wordOf(content: Uint8Array): string {
  // Of the end alone: on a long run of letters before something else the expression would take minutes.
  return /([A-Za-z]+)$/.exec(Buffer.from(content).subarray(-40).toString('latin1'))?.[1] ?? '';
}

function failOn(word: string): void {
  if (word === 'undecodable') throw new InputError('Undecodable', 'expected a picture');
  if (word === 'crash') throw new Error('the engine fell over at /secret/path');
}

/** The face that a clip names; the same vector of length 1 for the same name, another for another. */
export function faceOf(content: Uint8Array): FaceTemplate | null {
  const name = /face:([a-z]+)/.exec(Buffer.from(content).toString('latin1'))?.[1];
  if (name === undefined) return null;
  const signs = [...createHash('sha256').update(name).digest()].map((byte) => (byte < 128 ? 1 : -1));
  return { net: Float32Array.from(signs, (sign) => sign / Math.sqrt(signs.length)) };
}

/** A face in {@link RECTANGLE} that looks ahead, sharp and well lit. */
function detectedFace(template: FaceTemplate | null): DetectedFace {
  const { left: x, top: y } = RECTANGLE;
  return {
    report: {
      rectangle: RECTANGLE,
      pose: { yawDeg: 0.04, pitchDeg: -12.34, rollDeg: 3 },
      interocularPx: 180,
      sharpness: 400,
      exposure: { mean: 0.5, darkShare: 0, brightShare: 0 },
      visibility: { eyes: 2, mouth: 2, maskContrast: 0, noseContrast: 0 },
      skinToneDeg: 30,
      flag: 1,
    },
    landmarks: Object.fromEntries(
      FACE_LANDMARKS.map((name) => [name, { x: x + 1.26, y }]),
    ) as DetectedFace['landmarks'],
    noise: 0.5,
    foreheadVisibility: 2,
    qualityForRecognition: 'high',
    template,
  };
}

const QUALITY: readonly string[] = ['NoFace', 'SeveralFaces', 'Blurred', 'MaskWorn', 'FaceTooSmall'];

function analysisOf(word: string, request: AnalysisRequest): Analysis {
  failOn(word);
  const quality = QUALITY.includes(word) ? [word as QualityReason] : [];
  const decision: LivenessDecision =
    quality.length > 0 || word === 'uncertain'
      ? 'uncertain'
      : word === 'spoofface'
        ? 'spoofface'
        : 'realface';
  const unbound = request.capture === undefined;
  const template = request.withTemplate ? faceOf(request.content) : null;
  return {
    mode: 'clip',
    decision: unbound && !request.allowUnbound && decision === 'realface' ? 'uncertain' : decision,
    score: decision === 'realface' ? 3 : -3,
    reasons: [{ code: 'FakeReason', text: 'a fake engine said so' }],
    quality,
    unbound,
    cues: [],
    frames: [],
    target: word === 'NoFace' ? null : { frameIndex: 0, timeMs: 0, faceRectangle: RECTANGLE },
    verification: request.reference ? { matchConfidence: 0.93041239, similarity: 0.7 } : null,
    ...(template && { template }),
    ...(request.withPicture && word !== 'NoFace' && { picture: PICTURE }),
    versions: VERSIONS,
  };
}
