import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Analysis, CueReport, OperatingPoint, Policy, ReferenceReport } from '@bonafide/engine';
import { findFault, fixed } from '@bonafide/engine/evaluation';
import { companionBeside, readCompanion } from '../companion.js';
import { Failure } from '../failure.js';
import { openEngine } from '../open-engine.js';
import { table } from '../terminal.js';
import * as option from './options.js';

interface CheckOptions {
  reference?: string;
  metadata?: string;
  policy?: string;
  operatingPoint: OperatingPoint;
  modelsDir: string;
  weights?: string;
  workers: number;
  json?: boolean;
}

/** What a check found, as `--json` prints it. */
interface Checked {
  file: string;
  analysis: Analysis;
  /** The reference photograph, without its embeddings. */
  reference: Omit<ReferenceReport, 'template'> | null;
  /** From the bytes to the decision. */
  timeMs: number;
}

/** Adds `check FILE`: judges one clip or still and shows why. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .summary('judge one clip or still and show why')
    .description(
      'Judges a clip (animated WebP) or a still (JPEG, PNG, GIF, BMP, WebP) as the service would. A companion NAME.json ' +
        'beside NAME.webp is used when it is there; without one, nothing proves when the clip was made.',
    )
    .argument('<file>', 'clip or still')
    .option('--reference <file>', 'photograph of the person that it should show')
    .option('--metadata <file>', 'companion of the clip: its session, nonce, challenge and capture metadata')
    .addOption(option.policyFile())
    .addOption(option.operatingPoint())
    .addOption(option.modelsDir())
    .addOption(option.weights())
    .addOption(option.workers())
    .addOption(option.json())
    .addHelpText(
      'after',
      `
Examples:
  npx --no bonafide check video.webp
  npx --no bonafide check video.webp --reference portrait.jpg
  npx --no bonafide check selfie.jpg --json`,
    )
    .action(check);
}

async function check(file: string, options: CheckOptions): Promise<void> {
  const content = read(file);
  const reference = options.reference === undefined ? null : read(options.reference);
  const capture =
    options.metadata === undefined ? companionBeside(file)?.capture : readCompanion(options.metadata);
  const fault = capture && (await findFault(content, capture));
  if (fault) throw new Failure(`${file} is not a capture of its session, and a service refuses it: ${fault}`);
  const { engine, policy } = await openEngine(options);
  try {
    const report = reference && (await engine.inspectReference(reference));
    const started = performance.now();
    const analysis = await engine.analyse({
      content,
      ...(capture && { capture }),
      allowUnbound: true,
      allowStill: true,
      operatingPoint: options.operatingPoint,
      ...(report && { reference: report.template }),
    });
    const checked: Checked = {
      file: resolve(file),
      analysis,
      reference: report && withoutTemplate(report),
      timeMs: Math.round(performance.now() - started),
    };
    console.log(
      options.json ? JSON.stringify(checked, null, 2) : describe(checked, policy, options.operatingPoint),
    );
  } finally {
    await engine.close();
  }
}

function withoutTemplate({ template: _, ...rest }: ReferenceReport): Omit<ReferenceReport, 'template'> {
  return rest;
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Failure(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function describe({ analysis, reference, timeMs }: Checked, policy: Policy, point: OperatingPoint): string {
  const { realface, spoofface } = policy.operatingPoints[point];
  const { decision, score, reasons, versions, mode, unbound } = analysis;
  const notes = [
    mode === 'singleFrame' ? 'A still, judged by its one frame: nothing that moves could be seen.' : '',
    unbound && mode === 'clip'
      ? 'Unbound: nothing proves when and for whom the clip was made; a service that asks for bound clips answers uncertain.'
      : '',
  ];
  const lines = [
    `${decision}   score ${fixed(score, 2)}   (realface from ${fixed(realface.value, 2)}, spoofface up to ${fixed(spoofface.value, 2)}: ${point})`,
    ...notes.filter((note) => note !== ''),
    '',
    'Reasons',
    ...reasons.map(({ code, text }) => `  ${code}: ${text}`),
    '',
    'Evidence (log-likelihood ratios; higher = more like bona fide)',
    table(['cue', 'says', 'quality', 'measured'], analysis.cues.map(cueRow)),
    '',
    'Frames',
    frameTable(analysis),
    ...verificationLines(analysis, reference),
    '',
    `${timeMs} ms, engine ${versions.engine}, policy ${versions.policy}`,
  ];
  return lines.join('\n');
}

function cueRow({ name, version, outcome }: CueReport): string[] {
  const cue = `${name} ${version}`;
  if (outcome.status !== 'scored') return [cue, outcome.status.replace('_', ' '), '', outcome.reason];
  const measured = Object.entries(outcome.evidence).map(([what, value]) => `${what} ${shown(value)}`);
  const veto = outcome.veto ? [`veto ${outcome.veto.code}: ${outcome.veto.text}`] : [];
  return [cue, fixed(outcome.llr, 2), fixed(outcome.quality, 2), [...veto, ...measured].join('\n')];
}

function shown(value: number | string | (number | null)[]): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return fixed(value, Number.isInteger(value) ? 0 : 2);
  const decimals = value.every((one) => one === null || Number.isInteger(one)) ? 0 : 2;
  return value.map((one) => fixed(one, decimals)).join(' ');
}

function frameTable({ frames, target }: Analysis): string {
  const header = ['', 'at', 'size', 'face', 'yaw', 'pitch', 'roll', 'eyes px', 'sharpness', 'luma', 'usable'];
  const rows = frames.map(({ index, timeMs, width, height, face, otherFaces, usable, failed }) => [
    `${index}${target?.frameIndex === index ? ' ◂' : ''}`,
    `${timeMs} ms`,
    `${width}x${height}`,
    face ? `${fixed(face.rectangle.width, 0)}x${fixed(face.rectangle.height, 0)}` : '–',
    fixed(face?.pose.yawDeg, 0),
    fixed(face?.pose.pitchDeg, 0),
    fixed(face?.pose.rollDeg, 0),
    fixed(face?.interocularPx, 0),
    fixed(face?.sharpness, 0),
    fixed(face?.exposure.mean, 2),
    [usable ? 'yes' : failed.join(' '), otherFaces.length > 0 ? `${otherFaces.length} more in view` : '']
      .filter((part) => part !== '')
      .join(', '),
  ]);
  return table(header, rows);
}

function verificationLines({ verification }: Analysis, reference: Checked['reference']): string[] {
  if (reference === null) return [];
  const compared = verification
    ? `match confidence ${fixed(verification.matchConfidence, 3)} (similarity ${fixed(verification.similarity, 3)}): ` +
      (verification.matchConfidence >= 0.5 ? 'the same person' : 'not the same person')
    : 'no frame is good enough to compare';
  return [
    '',
    'Verification',
    `  ${compared}`,
    `  reference: quality for recognition ${reference.qualityForRecognition}`,
    ...reference.failedRules.map(({ code, text }) => `    ${code}: ${text}`),
  ];
}
