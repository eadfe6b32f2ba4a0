import type { ExpressionStep } from '@bonafide/protocol';
import { describe, expect, it } from 'vitest';
import { boundClip, type Shot } from '../../test/bound-clip.js';
import { SHAPES, seeView } from '../../test/synthetic-face.js';
import { loadPolicy } from '../policy.js';
import { expression, measureChange, mouthOf } from './expression.js';
import { parametersOf } from './measure.js';

const numbers = parametersOf(expression, loadPolicy());
const OPEN: ExpressionStep = { kind: 'expression', id: 1, expression: 'openMouth', timeoutMs: 8000 };
const REPORTS = [
  { id: 0, shownAtMs: 0, doneAtMs: 900 },
  { id: 1, shownAtMs: 1000, doneAtMs: 2500 },
];

/** Lips this far apart, cm, for the mesh and in the picture. */
const face = (mesh: number, pixels: number, yawDeg = 0) =>
  seeView({
    shape: SHAPES.head,
    distance: 45,
    yawDeg,
    mouthOpen: pixels,
    move: ({ x, y }, number) => ({
      x,
      y: y + (number === 13 ? -1 : number === 14 ? 1 : 0) * 0.5 * mesh * (500 / 45),
    }),
  });
const REST = face(0, 0);
const OPENED = face(2, 2);

/** Two frames at rest, then what is seen in the step at 1100, 1600 and 2100 ms. */
const shots = (...during: (typeof REST)[]): Shot[] => [
  { timeMs: 100, stepId: 0, seen: REST },
  { timeMs: 600, stepId: 0, seen: REST },
  ...during.map((seen, k) => ({ timeMs: 1100 + 500 * k, stepId: 1, seen })),
];

function judge(taken: Shot[], step = OPEN) {
  const clip = boundClip([step], REPORTS, taken);
  const parts = expression.plan(clip, numbers);
  if (!Array.isArray(parts)) return parts;
  const measured = parts.map(({ frames }) =>
    measureChange(frames.flatMap((k) => clip.frames.slice(k, k + 1))),
  );
  return expression.conclude(measured, clip, numbers, parts);
}

describe('expression', () => {
  it('speaks for a mouth that opens when asked to', () => {
    const outcome = judge(shots(REST, OPENED, REST));
    expect(outcome).toMatchObject({ status: 'scored', llr: numbers['madeLlr'] });
    if (outcome.status !== 'scored') return;
    expect(outcome.evidence['mouthChange']).toBeGreaterThan(0.2);
    expect(outcome.evidence['noseChange']).toBeLessThan(0.05);
  });

  it('leaves undecided who does not, and says so', () => {
    const notSeen = { status: 'not_applicable', missing: true, faults: ['SmileNotPerformed'] };
    expect(judge(shots(REST, REST, REST))).toMatchObject(notSeen);
    expect(judge(shots(REST, face(0.5, 0.5), REST))).toMatchObject(notSeen);
    expect(judge(shots())).toMatchObject(notSeen);
    // Opening the mouth is no smile.
    expect(judge(shots(REST, OPENED, REST), { ...OPEN, expression: 'smile' })).toMatchObject(notSeen);
  });

  it('speaks against a mouth that moves for the mesh network alone', () => {
    expect(judge(shots(REST, face(2, 0), REST))).toMatchObject({ llr: numbers['unmovedLlr'] });
  });

  it('does not take a turn of the head for a movement of the mouth', () => {
    expect(judge(shots(REST, face(2, 0, 6), REST))).toMatchObject({ llr: numbers['unmovedLlr'] });
  });

  it('speaks against an expression that is there before a person could react', () => {
    const hasty = shots(OPENED, OPENED, REST).map((shot) =>
      shot.timeMs === 1100 ? { ...shot, timeMs: 1040 } : shot,
    );
    expect(judge(hasty)).toMatchObject({ llr: numbers['hastyLlr'] });
    expect(
      judge(
        shots(OPENED, OPENED, REST).map((shot) => (shot.timeMs === 1100 ? { ...shot, timeMs: 1200 } : shot)),
      ),
    ).toMatchObject({
      llr: numbers['madeLlr'],
    });
  });

  it('takes for rest what came before the step, also where the mouth stays open afterwards', () => {
    const after = [2600, 2700, 2800, 2900].map((timeMs) => ({ timeMs, stepId: 2, seen: OPENED }));
    expect(judge([...shots(REST, OPENED, REST), ...after])).toMatchObject({ llr: numbers['madeLlr'] });
  });

  it('compares with the frame at rest in which the head is as large and turned as much', () => {
    const like = (interocularPx: number, yawDeg = 0) => {
      const { face: shown, ...frame } = REST;
      const pose = { ...shown.report.pose, yawDeg };
      return { ...frame, face: { ...shown, report: { ...shown.report, interocularPx, pose } } };
    };
    const pairOf = (rest: (typeof REST)[]) => {
      const [one, other] = rest;
      if (!one || !other) throw new Error('two frames are at rest');
      const taken = shots(OPENED).map((shot, k) => (k < 2 ? { ...shot, seen: k === 0 ? one : other } : shot));
      return expression.plan(boundClip([OPEN], REPORTS, taken), numbers);
    };
    expect(pairOf([like(45), like(88)])).toEqual([{ frames: [1, 2] }]);
    expect(pairOf([like(88), like(45)])).toEqual([{ frames: [0, 2] }]);
    expect(pairOf([like(90, 9), like(90, 2)])).toEqual([{ frames: [1, 2] }]);
  });

  it('speaks for a mouth by as much as it changed beyond the nose', () => {
    const clip = boundClip([OPEN], REPORTS, shots(REST, OPENED));
    const llrOf = (mouth: number, nose: number) => {
      const outcome = expression.conclude([{ mouth, nose }], clip, numbers, []);
      return outcome.status === 'scored' ? outcome.llr : NaN;
    };
    const { minChange = NaN, sureChange = NaN, madeLlr = NaN } = numbers;
    expect(llrOf((minChange + sureChange) / 2 + 0.1, 0.1)).toBeCloseTo(madeLlr / 2, 6);
    expect(llrOf(minChange + 0.09, 0.1)).toBe(numbers['unmovedLlr']);
  });

  it('says nothing where none was asked for', () => {
    expect(expression.plan(boundClip([], REPORTS, shots(REST)), numbers)).toEqual({
      status: 'not_applicable',
      reason: 'the challenge asks for no expression',
    });
  });

  it('measures the mouth in distances between the outer corners of the eyes', () => {
    // Lips 2 cm apart and eyes 8.8 cm: 0.2 cm are between the lips at rest already; depth makes it a little less exact.
    expect(mouthOf(OPENED.face.mesh).gap - mouthOf(REST.face.mesh).gap).toBeCloseTo(2 / 8.8, 1);
    expect(mouthOf(OPENED.face.mesh).width).toBeCloseTo(4.8 / 8.8, 1);
  });

  it('measures no change between a frame and itself', () => {
    const { mouth, nose } = measureChange([REST, REST]) ?? { mouth: NaN, nose: NaN };
    expect(mouth).toBeLessThan(0.02);
    expect(nose).toBeLessThan(0.02);
  });

  it('takes off what the head itself moved: nearer, aside and upwards', () => {
    const elsewhere = seeView({ shape: SHAPES.head, distance: 40, offsetX: 30, offsetY: -20 });
    const { mouth, nose } = measureChange([REST, elsewhere]) ?? { mouth: NaN, nose: NaN };
    expect(mouth).toBeLessThan(0.1);
    expect(nose).toBeLessThan(0.1);
  });
});
