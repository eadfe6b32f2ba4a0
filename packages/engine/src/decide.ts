import { QUALITY_REASONS, type LivenessDecision, type QualityReason } from '@bonafide/protocol';
import type { CueReport, OperatingPoint, Reason } from './analysis.js';
import type { Policy } from './policy.js';

/** Everything that a decision rests on. */
export interface Evidence {
  cues: readonly CueReport[];
  /** What was wrong with the capture, first gate first. */
  quality: readonly QualityReason[];
  /** The capture had no challenge transcript. */
  unbound: boolean;
  allowUnbound: boolean;
}

/** A decision with the sum behind it and the reasons, most important first. */
export interface Verdict {
  decision: LivenessDecision;
  /** Sum of weighted log-likelihood ratios, higher = more like bona fide; null where it could not be formed. */
  score: number | null;
  reasons: Reason[];
}

/**
 * Turns evidence into a decision by the policy. It fails closed: a capture without exactly one person is `uncertain`, a veto
 * `spoofface`; a capture that is not good enough, a cue that failed, a required score that is missing, an unbound clip, a sum between
 * the thresholds, and a session that by itself speaks for an attack are `uncertain`.
 */
export function decide(evidence: Evidence, policy: Policy, at: OperatingPoint = 'balanced'): Verdict {
  const { cues, quality } = evidence;
  const score = fuse(cues, policy);
  const verdict = (decision: LivenessDecision, reasons: Reason[]) => ({ decision, score, reasons });

  const vetoes = cues.flatMap(({ outcome }) =>
    outcome.status === 'scored' && outcome.veto ? [outcome.veto] : [],
  );
  // Without exactly one person there is nobody to decide about, not even against.
  const onePerson = !quality.some((reason) => 'refuse' in QUALITY_REASONS[reason]);
  if (vetoes.length > 0 && onePerson) return verdict('spoofface', vetoes);

  const gaps = [...quality.map(toReason), ...missingEvidence(cues, policy)];
  if (gaps.length > 0) return verdict('uncertain', gaps);
  if (score === null) return verdict('uncertain', [{ code: 'NoScore', text: 'no cue could be scored' }]);

  const { realface, spoofface } = policy.operatingPoints[at];
  const by = contributions(cues, policy);
  if (score <= spoofface.value) return verdict('spoofface', by);
  if (score < realface.value)
    return verdict('uncertain', [
      { code: 'BetweenThresholds', text: 'the evidence is not clear enough either way' },
      ...by,
    ]);
  if (evidence.unbound && !evidence.allowUnbound)
    return verdict('uncertain', [
      { code: 'Unbound', text: 'nothing proves when and for whom the capture was made' },
      ...by,
    ]);
  if (!evidence.unbound && sessionSpeaksAgainst(cues, policy))
    return verdict('uncertain', [
      {
        code: 'SessionAgainst',
        text: 'without the networks the session speaks for an attack, which they do not outvote',
      },
      ...by,
    ]);
  return verdict('realface', by);
}

/** Whether all but the required cues, the networks, speak against a person together: a replay's light, a print's depth. */
function sessionSpeaksAgainst(cues: readonly CueReport[], policy: Policy): boolean {
  const shown = fuse(
    cues.filter(({ name }) => !policy.cues[name]?.required),
    policy,
  );
  return shown !== null && shown < 0;
}

/** The weighted sum; null when nothing was scored or a number is none. */
function fuse(cues: readonly CueReport[], policy: Policy): number | null {
  const parts = cues.flatMap((report) => weighted(report, policy) ?? []);
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.length > 0 && Number.isFinite(sum) ? sum : null;
}

/** A cue's share of the sum; NaN when its ratio is no finite number, null when it has none or no row in the policy. */
function weighted({ name, outcome }: CueReport, { cues }: Policy): number | null {
  const row = cues[name];
  if (!row || outcome.status !== 'scored') return null;
  // Clamped, an infinite ratio would count as sure evidence.
  if (!Number.isFinite(outcome.llr)) return NaN;
  const limit = row.maxLlr.value;
  return row.weight.value * outcome.quality * Math.max(-limit, Math.min(limit, outcome.llr));
}

/** Cues that failed, and those that say nothing though the policy requires them or the challenge asked for them. */
function missingEvidence(cues: readonly CueReport[], policy: Policy): Reason[] {
  const failed = cues.flatMap(({ name, outcome }) =>
    outcome.status === 'failed' ? [{ code: 'CueFailed', text: `${name} failed: ${outcome.reason}` }] : [],
  );
  const required = Object.entries(policy.cues).flatMap(([name, row]) => (row.required ? [name] : []));
  const asked = cues.flatMap(({ name, outcome }) =>
    outcome.status === 'not_applicable' && outcome.missing ? [name] : [],
  );
  const missing = [...new Set([...required, ...asked])].flatMap((name) => {
    const outcome = cues.find((cue) => cue.name === name)?.outcome;
    if (outcome?.status === 'scored' || outcome?.status === 'failed') return [];
    return [{ code: 'CueMissing', text: `${name} is required: ${outcome?.reason ?? 'it was not measured'}` }];
  });
  return [...failed, ...missing];
}

/** What moved the sum, strongest first. */
function contributions(cues: readonly CueReport[], policy: Policy): Reason[] {
  return cues
    .map((report) => ({ name: report.name, part: weighted(report, policy) ?? 0 }))
    .filter(({ part }) => part !== 0)
    .sort((one, other) => Math.abs(other.part) - Math.abs(one.part))
    .map(({ name, part }) => ({
      code: name,
      text: `${name} speaks ${part > 0 ? 'for a bona fide' : 'for an attack'} (${part.toFixed(2)})`,
    }));
}

function toReason(code: QualityReason): Reason {
  return { code, text: QUALITY_REASONS[code].text };
}
