/** What the portal shows of the engine's analysis of a capture. */
export interface Analysis {
  decision: 'realface' | 'spoofface' | 'uncertain';
  score: number | null;
  reasons: { code: string; text: string }[];
  quality: string[];
  unbound: boolean;
  cues: Cue[];
  versions: { engine: string; policy: string };
  /** Missing in what earlier versions stored. */
  frames?: Frame[];
}

/** A frame as the engine saw it; px, degrees, luma in 0..1. */
export interface Frame {
  timeMs: number;
  width: number;
  height: number;
  usable: boolean;
  failed: string[];
  face: {
    rectangle: { top: number; left: number; width: number; height: number };
    yawDeg: number;
    pitchDeg: number;
    luma: number;
  } | null;
}

export interface Cue {
  name: string;
  version: string;
  outcome: Scored | { status: 'not_applicable' | 'failed'; reason: string };
}

export interface Scored {
  status: 'scored';
  llr: number;
  quality: number;
  veto?: { code: string; text: string };
  measured: { courses: Course[]; values: [name: string, value: string][] };
}

/** Lines over the clip that belong in one drawing. */
export interface Course {
  title: string;
  /** Of the horizontal axis. */
  unit: string;
  points: { at: number; value: number; of: string }[];
}

type Measured = Record<string, number | string | (number | null)[]>;
type Stored = Omit<Analysis, 'cues'> & {
  cues: (Omit<Cue, 'outcome'> & {
    outcome: (Omit<Scored, 'measured'> & { evidence: Measured }) | Exclude<Cue['outcome'], Scored>;
  })[];
};

/** Reads an analysis as it is stored, and sorts what each cue measured into courses and single values. */
export function readAnalysis(stored: unknown): Analysis {
  const analysis = stored as Stored;
  return {
    ...analysis,
    cues: analysis.cues.map((cue) => {
      if (cue.outcome.status !== 'scored') return { ...cue, outcome: cue.outcome };
      const { evidence, ...outcome } = cue.outcome;
      return { ...cue, outcome: { ...outcome, measured: sortMeasured(evidence) } };
    }),
  };
}

/** Lists go over the clip's time or over its frames where the cue names them, otherwise over their own order. */
function sortMeasured(evidence: Measured): Scored['measured'] {
  const { timeMs, frames, ...rest } = evidence;
  const axes: Axis[] = [
    { at: asList(timeMs).map((ms) => (ms ?? 0) / 1000), unit: 's', over: 'over the clip' },
    { at: asList(frames).map((frame) => frame ?? 0), unit: 'frame', over: 'over its frames' },
  ];
  const lists = Object.entries(rest).filter((entry): entry is [string, (number | null)[]] =>
    Array.isArray(entry[1]),
  );
  const values = Object.entries(rest)
    .filter(([, value]) => !Array.isArray(value))
    .map(([name, value]): [string, string] => [
      name,
      typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value),
    ]);
  return { courses: groupByReach(lists).map((group) => toCourse(group, axes)), values };
}

/** Lines of very different reach would flatten each other, so they are drawn apart: one drawing a decade of size. */
function groupByReach(lists: [string, (number | null)[]][]): [string, (number | null)[]][][] {
  const groups = new Map<string, [string, (number | null)[]][]>();
  for (const list of lists) {
    const reach = Math.max(...list[1].map((value) => Math.abs(value ?? 0)));
    const key = `${list[1].length} ${reach > 0 ? Math.floor(Math.log10(reach)) : 0}`;
    groups.set(key, [...(groups.get(key) ?? []), list]);
  }
  return [...groups.values()];
}

/** What lists of its length go over. */
interface Axis {
  at: number[];
  unit: string;
  over: string;
}

function toCourse(lists: [string, (number | null)[]][], axes: readonly Axis[]): Course {
  const length = lists[0]?.[1].length ?? 0;
  const { at, unit, over } = axes.find(({ at }) => at.length === length) ?? {
    at: Array.from({ length }, (_, k) => k + 1),
    unit: 'no.',
    over: 'one after another',
  };
  return {
    title: `${lists.map(([name]) => name).join(', ')} ${over}`,
    unit,
    points: lists.flatMap(([name, values]) =>
      values.flatMap((value, k) => (value === null ? [] : [{ at: at[k] ?? 0, value, of: name }])),
    ),
  };
}

function asList(value: Measured[string] | undefined): (number | null)[] {
  return Array.isArray(value) ? value : [];
}
