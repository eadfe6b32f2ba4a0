import { describe, expect, it } from 'vitest';
import { hash, SHAPES, seeView } from '../../test/synthetic-face.js';
import { boundClip, type Shot } from '../../test/bound-clip.js';
import { drawColours, drawsFrom, issueChallenge } from '../challenge.js';
import { LANDMARKS } from '../mesh.js';
import { loadPolicy } from '../policy.js';
import { judgeLight, light, playedAsPlanned, readColours, SKIN, type LightRecord } from './light.js';
import { fitterOf, stepwiseShare, timelineOf, toLinear } from './light-fit.js';
import { placeOn } from './light-places.js';
import { parametersOf } from './measure.js';

const numbers = parametersOf(light, loadPolicy());
const NONCE = 'AAECAwQFBgcICQoLDA0ODw';
const step = lightStepOf(NONCE);
const shown = [-1, 0, 1, 2, 3, 4, 5, 6, 7].map((index) => ({
  index,
  shownAtMs: index < 0 ? 1000 : 1000 + step.leadInMs + index * step.stepMs,
}));
/** Two frames of each colour. */
const TIMES = [1150, ...shown.slice(1).flatMap(({ shownAtMs }) => [shownAtMs + 200, shownAtMs + 300])];
const SKIN_POINTS = 49 * Object.values(SKIN).flat().length;
const BEHIND_POINTS = 49 * 18;
const { mesh } = seeView({ shape: SHAPES.head, distance: 30 }).face;

function lightStepOf(nonce: string) {
  const { steps } = issueChallenge(Buffer.from(nonce, 'base64url'), { mode: 'Passive', light: true });
  const found = steps.find((candidate) => candidate.kind === 'light');
  if (!found) throw new Error('the challenge plays light');
  return found;
}

interface Scene {
  colours?: typeof step.colours;
  /** Light of the screen on the face as a share of the room's, and on what is behind. */
  share?: number;
  behind?: number;
  /** Delay of the camera, ms. */
  delay?: number;
  /** White balance: change of log-red over the whole clip. */
  drift?: number;
  noise?: number;
  clipped?: number;
  /** How much more the face answers where it is nearer; 0 = alike everywhere. */
  form?: number;
}

/** What a camera reads: room + screen, times skin, times gains that drift. */
function scene({
  colours = step.colours,
  share = 0.1,
  behind = 0.01,
  delay = 60,
  ...more
}: Scene = {}): LightRecord {
  const { drift = 0, noise = 0.002, clipped = 0, form = 3 } = more;
  let seed = 1;
  const random = () => ((seed = (seed * 48271) % 2147483647) / 2147483647) * 2 - 1;
  const screenAt = (time: number) => {
    const at = shown.findLast(({ shownAtMs }) => shownAtMs <= time - delay);
    return (colours[at?.index ?? -1] ?? [178, 178, 178]).map(toLinear);
  };
  const places = placesOf(
    (albedo, screen, z) => albedo * (1 + Math.max(0, share * (1 + form * z)) * screen),
    screenAt,
  );
  const measured = TIMES.map((time, k) => {
    const screen = screenAt(time);
    const exposure = 1 + 0.2 * Math.sin(k);
    const samples = new Float32Array(3 * (SKIN_POINTS + BEHIND_POINTS));
    for (let point = 0; point < samples.length / 3; point++) {
      const onSkin = point < SKIN_POINTS;
      [0.5, 0.3, 0.22].forEach((albedo, c) => {
        const lit = 1 + (onSkin ? share : behind) * (screen[c] ?? NaN);
        const gain = exposure * Math.exp(c === 0 ? (drift * k) / TIMES.length : 0);
        samples[3 * point + c] =
          point < clipped * SKIN_POINTS ? NaN : albedo * lit * gain * (1 + noise * random());
      });
    }
    return samples;
  });
  return { measured, places, mesh, times: TIMES, step, shown, nonce: NONCE };
}

/** Light around the landmarks of a head from what each reflects, the screen's light and how near it is. */
function placesOf(
  light: (albedo: number, screen: number, z: number) => number,
  screenAt: (time: number) => number[],
): Float32Array[] {
  return TIMES.map((time) => {
    const screen = screenAt(time);
    return Float32Array.from({ length: 3 * LANDMARKS }, (_, k) => {
      const number = Math.floor(k / 3);
      return light(0.1 + 0.5 * hash(number, 3, 1), screen[k % 3] ?? NaN, placeOn(mesh, number).z);
    });
  });
}
const judge = (what?: Scene) => judgeLight(scene(what), numbers);

describe('light', () => {
  it('proves nothing where there are no decoys to compare with', () => {
    expect(judgeLight(scene(), { ...numbers, decoys: 0 })).toMatchObject({ missing: true });
  });

  it('speaks for a face that shines as the screen did, and finds delay and strength', () => {
    const outcome = judge();
    expect(outcome).toMatchObject({ status: 'scored', llr: numbers['matchLlr'], evidence: { rank: 0 } });
    if (outcome.status !== 'scored') return;
    expect(outcome.evidence['correlation']).toBeGreaterThan(0.98);
    // ln(1 + 0.1 s) grows by less than 0.1 a unit of s.
    expect(outcome.evidence['response']).toBeGreaterThan(0.08);
    expect(outcome.evidence['response']).toBeLessThan(0.1);
    expect(outcome.evidence['background']).toBeLessThan(0.02);
  });

  it('takes a drift of the white balance off', () => {
    expect(judge({ drift: 0.1 })).toMatchObject({ status: 'scored', llr: numbers['matchLlr'] });
  });

  it('speaks against the light of another session, and never for it', () => {
    let against = 0;
    const draw = drawsFrom(Buffer.from('other sessions'));
    for (let k = 0; k < 16; k++) {
      const outcome = judge({ colours: drawColours(draw) });
      const llr = outcome.status === 'scored' ? outcome.llr : 0;
      expect(llr).toBeLessThanOrEqual(0);
      if (llr === numbers['wrongLlr']) against++;
    }
    expect(against).toBeGreaterThan(12);
    const complements = step.colours.map((colour) => colour.map((c) => 355 - c));
    expect(judge({ colours: complements as typeof step.colours })).toMatchObject({
      llr: numbers['wrongLlr'],
    });
  });

  it('leaves undecided a face that the screen hardly lights, or whose skin is too bright', () => {
    const missing = { status: 'not_applicable', missing: true };
    expect(judge({ share: 0.005 })).toMatchObject(missing);
    expect(judge({ share: 0 })).toMatchObject(missing);
    expect(judge({ clipped: 0.6 })).toMatchObject(missing);
    expect(judge({ clipped: 0.4 })).toMatchObject({ status: 'scored', llr: numbers['matchLlr'] });
  });

  it('leaves undecided colours that come later than a camera is late', () => {
    expect(judge({ delay: 200 })).toMatchObject({ status: 'scored' });
    const late = judge({ delay: 420 });
    expect(late.status === 'scored' ? late.llr : 0).toBeLessThanOrEqual(0);
  });

  it('speaks against what shines no more than that which is behind it', () => {
    expect(judge({ behind: 0.1 })).toMatchObject({ status: 'scored', llr: numbers['evenLlr'] });
    expect(judge({ behind: 0.02 })).toMatchObject({ llr: numbers['matchLlr'] });
  });

  it('speaks against a face that glass lies before, however little is behind it', () => {
    const screenAt = (time: number) => {
      const at = shown.findLast(({ shownAtMs }) => shownAtMs <= time - 60);
      return (step.colours[at?.index ?? -1] ?? [178, 178, 178]).map(toLinear);
    };
    const glass = placesOf((albedo, screen) => albedo + 0.06 * screen, screenAt);
    expect(judgeLight({ ...scene(), places: glass }, numbers)).toMatchObject({ llr: numbers['glassLlr'] });
  });

  it('leaves undecided a face that answers alike everywhere, or of which too little is seen to tell', () => {
    const formless = { status: 'not_applicable', missing: true, evidence: { rank: 0 } };
    expect(judge({ form: 0 })).toMatchObject(formless);
    expect(judgeLight({ ...scene(), mesh: null }, numbers)).toMatchObject(formless);
    // A wall that answers as much says more than that.
    expect(judge({ form: 0, behind: 0.1 })).toMatchObject({ llr: numbers['evenLlr'] });
  });

  it('asks for every colour once, in order and in time', () => {
    const planned = (stamps: typeof shown) =>
      playedAsPlanned(step, stamps, numbers['maxEarlyMs'] ?? NaN, numbers['maxStretch'] ?? NaN);
    expect(planned(shown)).toBe(true);
    expect(planned(shown.slice(0, 8))).toBe(false);
    expect(
      planned(shown.map(({ index, shownAtMs }) => ({ index: index === 3 ? 2 : index, shownAtMs }))),
    ).toBe(false);
    const late = (ms: number) =>
      shown.map((one) => (one.index < 4 ? one : { ...one, shownAtMs: one.shownAtMs + ms }));
    expect(planned(late(100))).toBe(true);
    expect(planned(late(700))).toBe(true);
    expect(planned(late(1100))).toBe(false);
    expect(planned(late(-200))).toBe(false);
  });

  it('leaves undecided a session whose light was not played or not filmed, and needs none without light', () => {
    const shots: Shot[] = TIMES.map((timeMs) => ({ timeMs, stepId: step.id }));
    const reports = [{ id: step.id, shownAtMs: 1000, doneAtMs: 5000 }];
    expect(light.plan(boundClip([step], reports, shots.slice(0, 5)), numbers)).toMatchObject({
      missing: true,
    });
    expect(light.plan(boundClip([step], reports, shots), numbers)).toHaveLength(TIMES.length);
    const clip = boundClip([step], reports, shots, { light: [] });
    const read = scene().measured.map((samples) => ({ samples, places: new Float32Array() }));
    expect(light.conclude(read, clip, numbers, [])).toMatchObject({ missing: true });
    expect(light.plan(boundClip([], reports, shots), numbers)).toEqual({
      status: 'not_applicable',
      reason: 'the challenge plays no light',
    });
  });

  it('reads linear light of the skin apart from that behind, without what clips', () => {
    const paint = (_grey: number, onFace: boolean) =>
      onFace ? ([188, 128, 64] as const) : ([10, 255, 10] as const);
    const { face, ...seen } = seeView({ shape: SHAPES.flat, distance: 45, paint });
    const samples = readColours({ ...seen, face }, face);
    // sRGB 188 is 0.503 of linear light, 128 is 0.216, 64 is 0.0513.
    const middle = 3 * 49 * 5;
    expect([...samples.slice(middle, middle + 3)].map((value) => Number(value.toFixed(3)))).toEqual([
      0.503, 0.216, 0.051,
    ]);
    expect(samples.slice(3 * SKIN_POINTS).every(Number.isNaN)).toBe(true);
  });
});

describe('the fit of light', () => {
  it('mixes neighbours during a ramp, by the stamps of the display and the delay', () => {
    const at = (time: number, lag: number) => timelineOf([time], lag, step, shown).weights[0];
    const second = shown[2]?.shownAtMs ?? NaN;
    expect(
      at(second + step.rampMs / 3, 0)
        ?.slice(0, 3)
        .map((w) => Number(w.toFixed(3))),
    ).toEqual([0.667, 0.333, 0]);
    expect(at(second + 60, 100)?.slice(0, 3)).toEqual([1, 0, 0]);
    expect(at(1150, 0)?.every((weight) => weight === 0)).toBe(true);
  });

  it('gives a correlation of 1 and the factor for what follows exactly, and -1 for its opposite', () => {
    const timeline = timelineOf(TIMES, 0, step, shown);
    const series = (factor: number) =>
      timeline.weights.map((row) =>
        [0, 1].map((axis) => {
          const chroma = step.colours
            .map((colour) => colour.map(toLinear))
            .map(([r = 0, g = 0, b = 0]) => [r - g, b - g]);
          return factor * row.reduce((sum, weight, k) => sum + weight * (chroma[k]?.[axis] ?? 0), 0) + 0.3;
        }),
      ) as [number, number][];
    const fit = fitterOf(timeline, series(0.07))(step.colours);
    expect(fit.correlation).toBeCloseTo(1, 6);
    expect(fit.response).toBeCloseTo(0.07, 6);
    expect(fit.strength).toBeCloseTo(0.07, 6);
    expect(fitterOf(timeline, series(-0.07))(step.colours).correlation).toBeCloseTo(-1, 6);
    expect(stepwiseShare(timeline, series(0.07))).toBeCloseTo(1, 6);
  });

  it('tells what comes and goes with the steps from what does not, with a frame of the lead-in or without', () => {
    const started = TIMES.filter((time) => time >= (shown[1]?.shownAtMs ?? NaN));
    for (const times of [TIMES, started]) {
      const timeline = timelineOf(times, 0, step, shown);
      // Other colours than the step's, one after the other.
      const stepping = timeline.weights.map((row) => {
        const value = row.reduce((sum, weight, k) => sum + weight * Math.sin(5 * k), 0);
        return [value, -value] as const;
      });
      expect(stepwiseShare(timeline, stepping)).toBeGreaterThan(0.99);
      const own = times.map((_, k) => [Math.sin(7 * k * k), Math.cos(3 * k * k)] as const);
      expect(stepwiseShare(timeline, own)).toBeLessThan(0.5);
    }
  });

  it('does not call stepwise what so many colours explain of any few frames', () => {
    const few = TIMES.filter((_, k) => k % Math.ceil(TIMES.length / 10) === 0).slice(0, 10);
    const timeline = timelineOf(few, 0, step, shown);
    const noise = few.map((_, k) => [Math.sin(7 * k * k), Math.cos(3 * k * k)] as const);
    expect(stepwiseShare(timeline, noise)).toBeLessThan(0.5);
  });
});
