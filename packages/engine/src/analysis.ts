import type {
  CaptureMetadata,
  Challenge,
  FaceRectangle,
  LivenessDecision,
  QualityForRecognition,
  QualityReason,
} from '@bonafide/protocol';
import type { FaceLandmarkName } from './detect/landmark-numbers.js';
import type { Policy } from './policy-schema.js';

/** What the engine concluded from one clip (or still), with the evidence for it. Plain data: survives JSON, but for `picture` and `template`. */
export interface Analysis {
  /** `singleFrame` when the input was a still image and was judged by its one frame. */
  mode: 'clip' | 'singleFrame';
  decision: LivenessDecision;
  /** Fused log-likelihood ratio, higher = more like bona fide; null when the evidence could not be scored. */
  score: number | null;
  /** Why, most important first; for operators only, never for the device. */
  reasons: Reason[];
  /** What was wrong with the capture, first gate first; empty when the capture was good enough to decide on. */
  quality: QualityReason[];
  /** The capture had no challenge transcript, so that nothing proves when it was made. */
  unbound: boolean;
  cues: CueReport[];
  frames: FrameReport[];
  /** The frame that stands for the decision; null when no frame showed a face. */
  target: { frameIndex: number; timeMs: number; faceRectangle: FaceRectangle } | null;
  /** The target's frame as JPEG, where it was asked for. */
  picture?: Uint8Array;
  /** Present when a reference was given and the clip has a face to compare. */
  verification: Verification | null;
  /** The clip's face, where it was asked for and a frame was usable. */
  template?: FaceTemplate;
  versions: { engine: string; policy: string };
}

/** One reason of a decision: a stable code and a sentence for a person. */
export interface Reason {
  code: string;
  text: string;
}

/** A cue's outcome; a cue that cannot say anything says so, and never as a number. */
export type CueOutcome =
  | {
      status: 'scored';
      /** Calibrated log-likelihood ratio, higher = more like bona fide. */
      llr: number;
      /** Weight of this evidence in 0..1 from the quality of what it was measured on. */
      quality: number;
      /** What was measured, in the cue's own units, for people and plots. */
      evidence: Record<string, number | string | (number | null)[]>;
      /** The cue alone decides against the capture (a broken binding, a certain still). */
      veto?: Reason;
    }
  | {
      status: 'not_applicable' | 'failed';
      reason: string;
      /** The challenge asked for this evidence: without it nothing is decided. */
      missing?: true;
      /** What the person did not do, where that is why. */
      faults?: QualityReason[];
      /** What was measured all the same; as above. */
      evidence?: Record<string, number | string | (number | null)[]>;
    };

/** A cue with its name, version and outcome. */
export interface CueReport {
  name: string;
  version: string;
  outcome: CueOutcome;
}

/** One frame as the engine saw it. */
export interface FrameReport {
  index: number;
  /** Offset from the first frame, ms. */
  timeMs: number;
  width: number;
  height: number;
  face: FaceReport | null;
  /** Faces besides the followed one. */
  otherFaces: FaceRectangle[];
  /** Whether the frame passed the quality gates, and what it failed. */
  usable: boolean;
  failed: QualityReason[];
}

/** The followed face in one frame. */
export interface FaceReport {
  rectangle: FaceRectangle;
  /** Degrees; yaw > 0 = turned to the subject's left, pitch > 0 = looking up, roll > 0 = tilted to the subject's left. */
  pose: { yawDeg: number; pitchDeg: number; rollDeg: number };
  /** Distance between the eye centres, px. */
  interocularPx: number;
  /** Sharpness of the face crop at a fixed size (variance of the Laplacian), larger = sharper. */
  sharpness: number;
  /** Mean luma of the face in 0..1, and the shares of its pixels that are nearly black and nearly white. */
  exposure: { mean: number; darkShare: number; brightShare: number };
  /**
   * How well eyes and mouth are seen: 1 is the fitted limit, below it something may cover them; and how much what is around the
   * mouth, and the tip of the nose, differ in colour and light from the skin around the eyes (0 = not at all), which tells a mask
   * from a hand, and whether it covers the nose.
   */
  visibility: { eyes: number; mouth: number; maskContrast: number; noseContrast: number };
  /** Typology angle of the skin as the picture shows it, degrees, light to dark; depends on light and camera too. */
  skinToneDeg: number;
  /** The mesh network's confidence that there is a face, 0..1. */
  flag: number;
}

/** The comparison of the clip's face with the reference. */
export interface Verification {
  /** 0..1; 0.5 is the threshold fitted at a false match rate of 1e-3. */
  matchConfidence: number;
  /** Mean cosine similarity behind it, -1..1. */
  similarity: number;
}

/** A reference photograph as the engine sees it. */
export interface ReferenceReport {
  faceRectangle: FaceRectangle;
  qualityForRecognition: QualityForRecognition;
  /** Rules of docs/reference-photo.md that lowered the quality, worst first. */
  failedRules: Reason[];
  template: FaceTemplate;
}

/** One of the faces of a picture, see {@link Engine.detectFaces}. */
export interface DetectedFace {
  report: FaceReport;
  /** The landmarks of the Face API, px of the uploaded picture; they may lie outside of it. */
  landmarks: Record<FaceLandmarkName, { x: number; y: number }>;
  /** Standard deviation of the noise of the face's luma, 0..255. */
  noise: number;
  /** How well the forehead is seen: below 1 hair or a hat covers it. */
  foreheadVisibility: number;
  /** Measured on this face alone, whoever else is in the picture. */
  qualityForRecognition: QualityForRecognition;
  /** Null where none was asked for. */
  template: FaceTemplate | null;
}

/** Embeddings of one face, by network; L2-normalised. Never logged, never sent out of the service. */
export type FaceTemplate = Record<string, Float32Array>;

/** What the engine is asked to judge. */
export interface AnalysisRequest {
  /** The file as uploaded: animated WebP, or a still (JPEG, PNG, GIF, BMP, WebP). */
  content: Uint8Array;
  /** The challenge that was issued and the capture's own report; absent for an unbound clip. */
  capture?: { sessionId: string; nonce: string; challenge: Challenge; metadata: CaptureMetadata };
  /** Unbound clips may be called realface. */
  allowUnbound: boolean;
  /** Stills may be decided on (`check`, `evaluate`); the service leaves it false, so that they are uncertain. */
  allowStill: boolean;
  operatingPoint?: OperatingPoint;
  /** Weights, limits and thresholds to decide by instead of the engine's own, whose other numbers stay. */
  decideBy?: Policy;
  /** The analysis shall carry the frame that stands for the decision. */
  withPicture?: boolean;
  /** Face to compare with. */
  reference?: FaceTemplate;
  /** The analysis shall carry the template of the clip's face. */
  withTemplate?: boolean;
}

/** A named pair of thresholds of the decision policy. */
export type OperatingPoint = 'strict' | 'balanced' | 'convenience';

/** The engine as its users see it. Errors: {@link InputError} for input it refuses, AbortError when `signal` fires. */
export interface Engine {
  readonly versions: { engine: string; policy: string };
  analyse(request: AnalysisRequest, signal?: AbortSignal): Promise<Analysis>;
  /** Inspects a reference photograph and makes its template. */
  inspectReference(content: Uint8Array, signal?: AbortSignal): Promise<ReferenceReport>;
  /** Finds every face of a picture (a clip's first frame), largest first, at most 100. */
  detectFaces(
    content: Uint8Array,
    options: { templates: boolean },
    signal?: AbortSignal,
  ): Promise<DetectedFace[]>;
  /** The frames of a clip, or a still, for people to look at. */
  pictures(content: Uint8Array, signal?: AbortSignal): Promise<Picture[]>;
  /** Compares two faces. @throws RangeError when the templates are not of the same networks */
  compare(one: FaceTemplate, other: FaceTemplate): Verification;
  close(): Promise<void>;
}

/** A frame as somebody looks at it. */
export interface Picture {
  /** At most 1280 px a side, without any metadata. */
  jpeg: Uint8Array;
  /** Size in the file, px, which the rectangles of faces are in. */
  width: number;
  height: number;
}

/** Input that the engine refuses; `code` is from a closed list, `message` says what was expected and what came. */
export class InputError extends Error {
  override readonly name = 'InputError';
  constructor(
    readonly code:
      | 'Undecodable'
      | 'TooManyBytes'
      | 'TooManyPixels'
      | 'TooManyFrames'
      | 'TooLong'
      | 'NoFace'
      | 'SeveralFaces'
      | 'FaceTooSmall',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
