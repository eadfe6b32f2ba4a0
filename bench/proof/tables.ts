// The tables of the proof.
import { SCENARIOS, type Scenario } from '@bonafide/simulator';
import { oneSidedUpper } from '@bonafide/engine/evaluation';
import { WAYS, type Decided, type Line, type Way } from './line.js';

type Point = keyof Decided['decisions'];
type Decision = Decided['decisions'][Point];

/** Who counts as an ordinary person; the others are made to be hard. */
const PEOPLE = ['live', 'live-two-jpegs'];
const FLAT = ['print-flat', 'print-glossy', 'cutout', 'phone-still', 'tablet-still', 'laptop-still'];
const BENT = ['print-bent'];
const RIGID = SCENARIOS.flatMap(({ name }) => (name.startsWith('mask-') ? [name] : []));
const FED_AGAIN = ['inject-still', 'inject-loop'];
const PAYLOADS = SCENARIOS.flatMap(({ name, payload }) => (payload ? [name] : []));

/** Attacks in place of a camera, but for those whose binding is broken, and those before one. */
const INJECTED = SCENARIOS.flatMap(({ name, virtualCamera }) => (virtualCamera ? [name] : []));
const PRESENTED = SCENARIOS.flatMap(({ name, label, payload, virtualCamera }) =>
  label === 'attack' && !payload && !virtualCamera ? [name] : [],
);

/** Everything that the lines tell, in Markdown. */
export function summarise(lines: readonly Line[]): string {
  const ways = (Object.keys(WAYS) as Way[]).filter((way) => lines.some((line) => line.way === way));
  return [
    '# Simulated clips',
    ...ways.flatMap((way) =>
      tablesOfWay(
        way,
        lines.filter((line) => line.way === way),
      ),
    ),
    '## What shall hold\n\n' + claims(lines).join('\n'),
  ].join('\n\n');
}

function tablesOfWay(way: Way, lines: readonly Line[]): string[] {
  const asked = lines.filter(({ all }) => all);
  return [
    `## ${way}`,
    'Cues other than the networks, balanced:',
    table(lines, ({ own }) => own.decisions.balanced),
    operatingPoints(lines),
    ...(asked.length > 0
      ? [
          'With the networks, whose scores on rendered people mean nothing:',
          table(asked, ({ all }) => all?.decisions.balanced ?? 'uncertain'),
        ]
      : []),
    leaveOneOut(lines),
  ];
}

const HEAD =
  '| scenario | n | realface | uncertain | spoofface | refused | error, one-sided 95 % bound |\n|---|---:|---:|---:|---:|---:|---|';

function table(lines: readonly Line[], decisionOf: (line: Line) => Decision): string {
  const rows = SCENARIOS.flatMap(({ name, label }) => {
    const own = lines.filter(({ scenario }) => scenario === name).map(decisionOf);
    if (own.length === 0) return [];
    const cells = (['realface', 'uncertain', 'spoofface', 'refused'] as const).map((decision) =>
      countOf(own, decision),
    );
    const errors = countOf(own, label === 'attack' ? 'realface' : 'spoofface');
    const kind = label === 'attack' ? 'APCER' : 'BPCER';
    return [`| ${name} | ${own.length} | ${cells.join(' | ')} | ${kind} ${rate(errors, own.length)} |`];
  });
  return [HEAD, ...rows].join('\n');
}

/** The worst species before a camera and in its place, and ordinary people, at each operating point. */
function operatingPoints(lines: readonly Line[]): string {
  const rows = (['strict', 'balanced', 'convenience'] as const).map((point) => {
    const of = (name: string) =>
      lines.flatMap(({ scenario, own }) => (scenario === name ? [own.decisions[point]] : []));
    const worstOf = (names: readonly string[]) => {
      const [worst] = names
        .map((name) => ({ name, decisions: of(name) }))
        .filter(({ decisions }) => decisions.length > 0)
        .map(({ name, decisions }) => ({ name, passed: countOf(decisions, 'realface'), n: decisions.length }))
        .sort((a, b) => b.passed / b.n - a.passed / a.n);
      return worst ? `${rate(worst.passed, worst.n)} (${worst.name})` : 'not measured';
    };
    const people = PEOPLE.flatMap(of);
    return [
      point,
      worstOf(PRESENTED),
      worstOf(INJECTED),
      rate(countOf(people, 'spoofface'), people.length),
      rate(countOf(people, 'uncertain'), people.length),
    ].join(' | ');
  });
  return [
    '| operating point | APCER, worst species shown to a camera | worst injected | BPCER | ordinary people uncertain |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

/** The threshold that holds every other species to 5 %, tried on the one left out. */
function leaveOneOut(lines: readonly Line[]): string {
  const scores = (name: string) =>
    lines.flatMap(({ scenario, own }) => (scenario === name ? [own.score ?? -Infinity] : []));
  const species = PRESENTED.map((name) => ({ name, scores: scores(name) })).filter(
    (one) => one.scores.length > 0,
  );
  const people = PEOPLE.flatMap(scores);
  const passing = (list: readonly number[], from: number) => list.filter((score) => score >= from).length;
  const rows = species.flatMap(({ name, scores: unseen }) => {
    const others = species.filter((other) => other.name !== name);
    const candidates = [...new Set(people)].filter(Number.isFinite).sort((a, b) => a - b);
    const holds = (from: number) =>
      others.every((other) => passing(other.scores, from) <= 0.05 * other.scores.length);
    const threshold = candidates.find(holds) ?? Infinity;
    const lost = people.length - passing(people, threshold);
    return `| ${name} | ${threshold.toFixed(2)} | ${rate(passing(unseen, threshold), unseen.length)} | ${rate(lost, people.length)} |`;
  });
  return [
    'Each species that is shown to a camera unseen: the threshold holds all others of them to 5 %.',
    '| species left out | threshold | its APCER | ordinary people below |\n|---|---:|---|---|\n' +
      rows.join('\n'),
  ].join('\n\n');
}

/** One row for each figure that the product promises on simulated clips. */
function claims(lines: readonly Line[]): string[] {
  const main = lines.filter(({ way }) => way === 'turn, expression and light');
  const of = (...names: string[]) => main.filter(({ scenario }) => names.includes(scenario));
  const depths = (names: readonly string[], statistic: string) =>
    of(...names).flatMap(({ evidence }) => evidence['parallax']?.[statistic] ?? []);
  const equal = (names: readonly string[], statistic: string) => {
    const [people, sheets] = [depths(PEOPLE, statistic), depths(names, statistic)];
    if (people.length === 0 || sheets.length === 0) return 'not measured';
    return `${percent(equalError(people, sheets))} of ${people.length} people and ${sheets.length} sheets`;
  };
  const lit = lines.filter(
    ({ screen, scenario, evidence }) =>
      screen !== null && scenario.startsWith('live') && (evidence['light']?.['unclipped'] ?? 1) >= 0.5,
  );
  const passesLight = (line: Line) =>
    typeof line.cues['light'] === 'number' ? line.cues['light'] > 0 : false;
  const bright = lit.filter(({ screen }) => screen !== null && screen >= 0.03);
  const dim = lit.filter(({ screen }) => screen !== null && screen < 0.01);
  const between = lit.filter(({ screen }) => screen !== null && screen >= 0.01 && screen < 0.03);
  const tried = main.reduce((sum, { wrong }) => sum + (wrong?.tried ?? 0), 0);
  const accepted = main.reduce((sum, { wrong }) => sum + (wrong?.accepted ?? 0), 0);
  const masks = of(...RIGID);
  const made = masks.filter(({ cues }) => typeof cues['expression'] === 'number' && cues['expression'] > 0);
  const fed = of(...FED_AGAIN);
  const flagged = fed.filter(
    ({ cues }) => typeof cues['integrity'] === 'string' || (cues['integrity'] ?? 0) <= -3,
  );
  // A video of another session moves whatever is asked for.
  const resting = lines.filter(
    ({ scenario, depthAtRest }) => scenario.startsWith('live') && depthAtRest !== null,
  );
  const payloads = lines.filter(({ scenario }) => PAYLOADS.includes(scenario));
  const row = (claim: string, target: string, figure: string) => `| ${claim} | ${target} | ${figure} |`;
  return [
    '| | shall be | is |\n|---|---|---|',
    row('depth against flat sheets, equal error rate', '<= 2 %', equal(FLAT, 'depth')),
    row('depth against bent sheets, equal error rate', '<= 10 %', equal(BENT, 'depth')),
    row('depth beyond a bend against bent sheets', '', equal(BENT, 'depthBeyondBend')),
    row(
      'faces held still that give no depth',
      '100 %',
      share(resting.filter(({ depthAtRest }) => !depthAtRest).length, resting.length),
    ),
    row(
      'light passes, screen >= 3 % of the room',
      '>= 99 %',
      share(bright.filter(passesLight).length, bright.length),
    ),
    row('light passes, 1 to 3 %', '', share(between.filter(passesLight).length, between.length)),
    row(
      'uncertain, screen < 1 %',
      '>= 95 %',
      share(dim.filter(({ own }) => own.decisions.balanced === 'uncertain').length, dim.length),
    ),
    row("other sessions' light accepted", '<= 0.2 %', tried > 0 ? rate(accepted, tried) : 'not measured'),
    row(
      'rigid masks whose expression is refused',
      '>= 95 %',
      share(masks.length - made.length, masks.length),
    ),
    row('loops and repeated frames flagged', '>= 99 %', share(flagged.length, fed.length)),
    row(
      'changed or replayed payloads refused',
      '100 %',
      share(payloads.filter(({ own }) => own.decisions.balanced === 'refused').length, payloads.length),
    ),
  ];
}

/** The rate at which people below a threshold and sheets from it on are equally many. */
export function equalError(people: readonly number[], sheets: readonly number[]): number {
  const shareOf = (list: readonly number[], fails: (value: number) => boolean) =>
    list.filter(fails).length / list.length;
  return Math.min(
    ...[...people, ...sheets].map((cut) =>
      Math.max(
        shareOf(people, (depth) => depth < cut),
        shareOf(sheets, (depth) => depth >= cut),
      ),
    ),
  );
}

function countOf(decisions: readonly Decision[], decision: Scenario['label'] | Decision): number {
  return decisions.filter((one) => one === decision).length;
}

/** A rate of errors with its one-sided upper bound at 95 %. */
function rate(errors: number, n: number): string {
  if (n === 0) return 'not measured';
  return `${percent(errors / n)} (${errors} of ${n}; up to ${percent(oneSidedUpper(errors, n))})`;
}

/** A share that shall be high, with its one-sided lower bound at 95 %. */
function share(good: number, n: number): string {
  if (n === 0) return 'not measured';
  return `${percent(good / n)} (${good} of ${n}; at least ${percent(1 - oneSidedUpper(n - good, n))})`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
