import {
  fixed,
  percent,
  percentRange,
  remarksOn,
  sectionName,
  type Calibration,
  type ClassFigures,
  type Rate,
  type Report,
  type Section,
} from '@bonafide/engine/evaluation';
import { table } from '../terminal.js';

/** The report in the few lines that a terminal should show. */
export function summarise(report: Report): string {
  return [
    ...report.sections.map(sectionLines),
    ...(report.pairs ? [pairLines(report.pairs)] : []),
    ...(report.otherLabels.length > 0 ? [otherLines(report.otherLabels)] : []),
    ...remarksOn(report),
  ].join('\n\n');
}

function sectionLines(section: Section): string {
  const { figures, timeMs } = section;
  const at5 = figures.bpcerAt.find(({ apcer }) => apcer === 0.05);
  const classes: [string, string, ClassFigures][] = [
    ['bona fide', 'BPCER', figures.bonaFide],
    ...figures.species.map((one): [string, string, ClassFigures] => [one.species, 'APCER', one]),
  ];
  return [
    sectionName(section),
    table(
      ['', 'n', 'realface', 'uncertain', 'spoofface', 'no response', '', 'rate', '95 % interval'],
      classes
        .filter(([, , { n }]) => n > 0)
        .map(([name, kind, { n, decisions, error }]) => [
          name,
          String(n),
          String(decisions.realface),
          String(decisions.uncertain),
          String(decisions.spoofface),
          String(decisions.noResponse),
          kind,
          ...rate(error),
        ]),
    ),
    `  BPCER at APCER 5 %: ${percent(at5?.bpcer)}   EER ${percent(figures.pooled.eer)}   AUC ${fixed(figures.pooled.auc, 3)}` +
      `   median ${fixed(timeMs.p50, 0)} ms`,
  ].join('\n');
}

function pairLines({ sets }: NonNullable<Report['pairs']>): string {
  const rows = sets.map((one) => [
    one.set,
    String(one.impostor),
    ...rate(one.fmr),
    String(one.genuine),
    ...rate(one.fnmr),
    percent(one.eer),
    String(one.notCompared),
  ]);
  const header = ['set', 'impostor', 'FMR', '95 %', 'genuine', 'FNMR', '95 %', 'EER', 'not compared'];
  return ['Verification', table(header, rows)].join('\n');
}

function otherLines(others: Report['otherLabels']): string {
  const rows = others.map(({ label, n, decisions }) => [
    label,
    String(n),
    String(decisions.realface),
    String(decisions.uncertain),
    String(decisions.spoofface),
    String(decisions.noResponse),
  ]);
  return ['Other labels', table(['', 'n', 'realface', 'uncertain', 'spoofface', 'no response'], rows)].join(
    '\n',
  );
}

function rate({ rate: share, interval }: Rate): [string, string] {
  return [percent(share), share === null ? '–' : percentRange(interval)];
}

/** What a calibration found, in tables. */
export function summariseCalibration(found: Calibration): string {
  const number = (value: number | null) => (value === null ? '-' : value.toFixed(2));
  const cues = table(
    ['cue', 'scored', 'weight before', 'weight', 'in the folds'],
    found.cues.map((cue) => [
      cue.name,
      String(cue.scored),
      number(cue.weightBefore),
      number(cue.weight),
      cue.scored > 0 ? cue.foldWeights.map(number).join(' ') : '-',
    ]),
  );
  const points = table(
    ['operating point', 'realface from', 'spoofface to', 'worst species', 'APCER', 'BPCER'],
    Object.entries(found.operatingPoints).map(([name, point]) => [
      name,
      number(point.realface),
      number(point.spoofface),
      point.worst,
      `${(100 * point.apcer).toFixed(1)} %`,
      `${(100 * point.bpcer).toFixed(1)} %`,
    ]),
  );
  const folds = found.folds.map(({ name, tested }) => `${name} (${tested})`).join(', ');
  return [
    cues,
    points,
    `APCER and BPCER are of weights and thresholds that were found without what they are tried on: ${folds}.\nThose above are found on all of it.`,
    `Area under the curve ${number(found.test.auc)}, cost of the ratios ${number(found.test.cllr)} bits (before: ${number(found.test.cllrBefore)})`,
    ...found.notes.map((note) => `Note: ${note}`),
  ].join('\n\n');
}
