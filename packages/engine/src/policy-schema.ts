import { Type, type Static } from '@sinclair/typebox';

/** A number of the policy and where it comes from: a paper, a clause or an evaluation. */
const Sourced = Type.Object(
  { value: Type.Number(), unit: Type.Optional(Type.String()), origin: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
);

/** What a frame and a clip need before they are judged at all. */
const Gates = Type.Object(
  {
    /** A clip with fewer usable frames is not decided on. */
    minUsableFrames: Sourced,
    /** Shorter side of the face box, px of the frame. */
    minFacePx: Sourced,
    /** Another face of at least this many times the followed one's area is a second person. */
    comparableFaceArea: Sourced,
    /** Share of the searched frames with a second person from which the whole capture shows several. */
    severalFacesShare: Sourced,
    /** Share of frames without a face above which the face counts as lost. */
    maxLostShare: Sourced,
    /** Mean luma of the face, 0..1. */
    minLuma: Sourced,
    maxLuma: Sourced,
    /** Shares of nearly black and nearly white pixels of the face, 0..1. */
    maxDarkShare: Sourced,
    maxBrightShare: Sourced,
    /** Variance of the Laplacian, see FaceReport.sharpness. */
    minSharpness: Sourced,
    maxYawDeg: Sourced,
    maxPitchDeg: Sourced,
    /** How well eyes and mouth are seen, see FaceReport.visibility. */
    minVisibility: Sourced,
    /** From this contrast on, see FaceReport.visibility, what hides a mouth is a mask. */
    minMaskContrast: Sourced,
  },
  { additionalProperties: false },
);

const CueRow = Type.Object(
  {
    /** Without a score of this cue nothing is decided. */
    required: Type.Boolean(),
    /** Factor of its log-likelihood ratio in the sum. */
    weight: Sourced,
    /** The ratio is cut off at plus and minus this. */
    maxLlr: Sourced,
    /** The numbers that the cue itself asks for. */
    parameters: Type.Record(Type.String(), Sourced),
  },
  { additionalProperties: false },
);

const Thresholds = Type.Object(
  {
    /** `realface` from this sum of log-likelihood ratios on. */
    realface: Sourced,
    /** `spoofface` down from this sum. */
    spoofface: Sourced,
  },
  { additionalProperties: false },
);

/** What a reference photograph needs for a quality; see FaceReport for the measures. */
const ReferenceLimits = Type.Object(
  {
    minFacePx: Sourced,
    minSharpness: Sourced,
    minLuma: Sourced,
    maxBrightShare: Sourced,
    maxYawDeg: Sourced,
    maxPitchDeg: Sourced,
    maxRollDeg: Sourced,
    /** Gap between the lips as a share of the mouth's width. */
    maxMouthOpening: Sourced,
    minVisibility: Sourced,
    maxOtherFaces: Sourced,
  },
  { additionalProperties: false },
);

const VerificationNumbers = Type.Object(
  {
    /** Cosine similarity at which matchConfidence is 0.5. */
    midpoint: Sourced,
    /** Steepness of matchConfidence there, per unit of cosine. */
    slope: Sourced,
    /** Frames of the clip whose embeddings are compared, one from each of as many spans. */
    frames: Sourced,
    /** Cosine of {@link PERSON_NETWORK} from which on two frames of a clip show one person. */
    samePerson: Sourced,
  },
  { additionalProperties: false },
);

/** The decision policy as JSON. */
export const PolicySchema = Type.Object(
  {
    schema: Type.Literal('bonafide-policy/1'),
    /** Appears in every analysis; change it with any number. */
    version: Type.String({ pattern: '^[A-Za-z0-9._+-]{1,64}$' }),
    gates: Gates,
    cues: Type.Record(Type.String(), CueRow),
    verification: VerificationNumbers,
    reference: Type.Object(
      {
        /** A smaller face is refused; shorter side of the face box, px of the file. */
        minFacePx: Sourced,
        high: ReferenceLimits,
        medium: ReferenceLimits,
      },
      { additionalProperties: false },
    ),
    operatingPoints: Type.Object(
      { strict: Thresholds, balanced: Thresholds, convenience: Thresholds },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

/** The decision policy: gates, weights and thresholds, each number with its origin. */
export type Policy = Static<typeof PolicySchema>;
