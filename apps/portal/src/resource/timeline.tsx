import type { SessionDetail } from '../api.js';
import { printTime } from '../parts/time.js';

interface Moment {
  at: string;
  what: string;
  detail?: string;
}

/** What happened in a session, in order. */
export function Timeline({ session }: { session: SessionDetail }) {
  return (
    <ol class="timeline">
      {moments(session).map(({ at, what, detail }, k) => (
        <li key={k}>
          <time dateTime={at}>{printTime(at).slice(11)}</time> <strong>{what}</strong>
          {detail && <span class="muted"> {detail}</span>}
        </li>
      ))}
    </ol>
  );
}

function moments({ createdAt, startedAt, attempts, calls }: SessionDetail): Moment[] {
  const all: Moment[] = [{ at: createdAt, what: 'created', detail: `on ${createdAt.slice(0, 10)}, UTC` }];
  if (startedAt) all.push({ at: startedAt, what: 'first session/start' });
  for (const { attemptId, openedAt, finishedAt, status, livenessError, bound, challenge } of attempts) {
    all.push({
      at: openedAt,
      what: `attempt ${attemptId} opened`,
      detail: bound ? `asked to: ${describe(challenge)}` : 'without a challenge',
    });
    if (finishedAt)
      all.push({ at: finishedAt, what: `attempt ${attemptId} ${status}`, detail: livenessError ?? '' });
  }
  for (const { receivedAt, outcome } of calls)
    all.push({
      at: receivedAt,
      what: 'capture received',
      detail: 'decision' in outcome ? '' : `refused: ${outcome.message}`,
    });
  return all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

interface Step {
  kind: string;
  side?: string;
  yawDeg?: number;
  expression?: string;
  colours?: unknown[];
}

const EXPRESSIONS: Record<string, string> = { smile: 'smile', openMouth: 'open the mouth' };

function describe(challenge: unknown): string {
  const { steps = [] } = (challenge ?? {}) as { steps?: Step[] };
  return steps
    .map(({ kind, side, yawDeg, expression, colours }) => {
      if (kind === 'oval') return 'fill an oval';
      if (kind === 'turn') return `turn ${side} by ${yawDeg}°`;
      if (kind === 'expression') return EXPRESSIONS[expression ?? ''] ?? String(expression);
      return `hold still under ${colours?.length ?? 0} colours`;
    })
    .join(', ');
}
