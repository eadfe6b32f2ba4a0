import { CUE_VIEWS } from './cue-views.js';

/** What the portal shows of the engine's analysis of a capture. */
export interface Analysis {
  decision: 'realface' | 'spoofface' | 'uncertain';
  score: number | null;
  reasons: { code: string; text: string }[];
  quality: string[];
  unbound: boolean;
  cues: Cue[];
  versions: { engine: string; policy: string };
  /** The frame that stands for the decision. */
  target?: { frameIndex: number; faceRectangle: Rectangle } | null;
  /** Missing in what earlier versions stored. */
  frames?: Frame[];
}

/** Of a face, px of the uploaded picture. */
export interface Rectangle {
  top: number;
  left: number;
  width: number;
  height: number;
}

/** A frame as the engine saw it; px, degrees, luma in 0..1. */
export interface Frame {
  timeMs: number;
  width: number;
  height: number;
  usable: boolean;
  failed: string[];
  face: {
    rectangle: Rectangle;
    yawDeg: number;
    pitchDeg: number;
    luma: number;
  } | null;
}

export interface Cue {
  name: string;
  version: string;
  outcome: Outcome;
  measured: Measured;
}

/** As the engine's CueOutcome, without what was measured. */
type Outcome =
  | { status: 'scored'; llr: number; quality: number; veto?: { code: string; text: string } }
  | { status: 'not_applicable' | 'failed'; reason: string; missing?: true };

/** What a cue measured: lines to draw, and single values. */
export interface Measured {
  courses: Course[];
  values: [name: string, value: string][];
}

/** Lines over the clip that belong in one drawing. */
export interface Course {
  title: string;
  /** Of the horizontal axis. */
  unit: string;
  points: { at: number; value: number; of: string }[];
}

type Evidence = Record<string, number | string | (number | null)[]>;
type Stored = Omit<Analysis, 'cues'> & {
  cues: (Omit<Cue, 'outcome' | 'measured'> & { outcome: Outcome & { evidence?: Evidence } })[];
};

/** Reads an analysis as it is stored, and sorts what each cue measured into lines and single values. */
export function readAnalysis(stored: unknown): Analysis {
  const analysis = stored as Stored;
  return {
    ...analysis,
    cues: analysis.cues.map(({ name, version, outcome: { evidence = {}, ...outcome } }) => ({
      name,
      version,
      outcome,
      measured: measuredOf(name, evidence),
    })),
  };
}

function measuredOf(name: string, evidence: Evidence): Measured {
  const lists = new Map<string, (number | null)[]>();
  const values: Measured['values'] = [];
  for (const [key, value] of Object.entries(evidence))
    if (Array.isArray(value)) lists.set(key, value);
    else if (value !== '')
      values.push([key, typeof value === 'number' ? String(Number(value.toPrecision(4))) : value]);
  const courses = (CUE_VIEWS[name]?.courses ?? []).flatMap(({ title, over, lines }) => {
    const drawn = Object.entries(lines).flatMap(([key, of]) => {
      const course = lists.get(key);
      return course ? [{ of, course }] : [];
    });
    if (drawn.length === 0) return [];
    const axis = lists.get(over.list);
    return {
      title,
      unit: over.unit,
      points: drawn.flatMap(({ of, course }) =>
        course.flatMap((value, k) =>
          value === null ? [] : [{ at: (axis?.[k] ?? k + 1) * (axis ? over.scale : 1), value, of }],
        ),
      ),
    };
  });
  return { courses, values };
}
