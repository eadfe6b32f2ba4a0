import { useState } from 'preact/hooks';
import { take } from '../api.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Page, Section, Table } from '../parts/page.js';
import { COLOURS, Figure } from '../parts/plot.js';
import { Time } from '../parts/time.js';
import { useSignedIn } from '../signed-in.js';
import { useResource } from './use-resource.js';

const HOUR_MS = 3_600_000;
const SPANS = {
  day: { text: 'Last day', hours: 24, step: 'hour' },
  week: { text: 'Last week', hours: 24 * 7, step: 'hour' },
  quarter: { text: 'Last quarter', hours: 24 * 91, step: 'day' },
} as const;
const DECISIONS = ['realface', 'uncertain', 'spoofface'] as const;

/** What was asked of a resource over time, and how long it took. */
export default function Usage() {
  const { http } = useSignedIn();
  const { name } = useResource().resource;
  const [span, setSpan] = useState<keyof typeof SPANS>('day');
  const { hours, step } = SPANS[span];
  const usage = useLoading(() => {
    const query = { from: new Date(Date.now() - hours * HOUR_MS).toISOString(), step };
    return take(http.GET('/management/v1/resources/{name}/usage', { params: { path: { name }, query } }));
  }, `${name} ${span}`);

  return (
    <Page title="Usage">
      <div class="actions" role="group" aria-label="Span of time">
        {(Object.keys(SPANS) as (keyof typeof SPANS)[]).map((key) => (
          <button key={key} type="button" aria-pressed={key === span} onClick={() => setSpan(key)}>
            {SPANS[key].text}
          </button>
        ))}
      </div>
      <Loaded of={usage}>
        {({ total, points }) => {
          const at = points.map((point) => ({ ...point, at: new Date(point.start) }));
          const decided = at.flatMap((point) =>
            DECISIONS.map((decision) => ({ at: point.at, decision, count: point[decision] })),
          );
          const latencies = at.flatMap(({ at, latencyMs }) =>
            latencyMs ? (['p50', 'p95', 'p99'] as const).map((q) => ({ at, q, ms: latencyMs[q] })) : [],
          );
          return (
            <>
              <dl class="numbers">
                <Number of="sessions" value={total.sessions} />
                <Number of="calls" value={total.calls} />
                {DECISIONS.map((decision) => (
                  <Number key={decision} of={decision} value={total[decision]} />
                ))}
                <Number of="refused" value={total.refused} />
                <Number of="median latency, ms" value={total.latencyMs?.p50 ?? null} />
                <Number of="95 % within, ms" value={total.latencyMs?.p95 ?? null} />
              </dl>
              <Section title="Decisions">
                <Figure
                  caption={`Captures by what was decided, by the ${step}: ${DECISIONS.map((decision) => `${total[decision]} ${decision}`).join(', ')}.`}
                  draw={(plot) => ({
                    x: { type: 'utc', label: null },
                    y: {
                      label: 'captures',
                      grid: true,
                      nice: true,
                      domain: [0, Math.max(1, ...at.map(captures))],
                    },
                    color: {
                      domain: [...DECISIONS],
                      range: DECISIONS.map((one) => COLOURS[one]),
                      legend: true,
                    },
                    marks: [
                      plot.rectY(decided, {
                        x: 'at',
                        y: 'count',
                        fill: 'decision',
                        interval: step,
                      }),
                      plot.ruleY([0]),
                    ],
                  })}
                />
              </Section>
              <Section title="Latency">
                <Figure
                  caption="How long a capture took to be judged, from its last byte to the answer, ms: half, 95 % and 99 % within."
                  draw={(plot) => ({
                    x: { type: 'utc', label: null, domain: [at[0]?.at ?? 0, at.at(-1)?.at ?? 1] },
                    y: {
                      label: 'ms',
                      grid: true,
                      nice: true,
                      domain: [0, Math.max(1, ...latencies.map(({ ms }) => ms))],
                    },
                    color: { legend: true, domain: ['p50', 'p95', 'p99'], scheme: 'Dark2' },
                    marks: [
                      plot.lineY(latencies, { x: 'at', y: 'ms', stroke: 'q', z: 'q', marker: 'dot' }),
                      plot.ruleY([0]),
                    ],
                  })}
                />
              </Section>
              <details>
                <summary>As a table</summary>
                <Table label="Usage over time">
                  <thead>
                    <tr>
                      {['From (UTC)', 'sessions', 'calls', ...DECISIONS, 'refused', 'p50 ms', 'p95 ms'].map(
                        (head) => (
                          <th scope="col" key={head}>
                            {head}
                          </th>
                        ),
                      )}
                    </tr>
                  </thead>
                  <tbody>
                    {points
                      .filter(({ calls, sessions }) => calls + sessions > 0)
                      .map((point) => (
                        <tr key={point.start}>
                          <td>
                            <Time at={point.start} />
                          </td>
                          {[
                            point.sessions,
                            point.calls,
                            ...DECISIONS.map((one) => point[one]),
                            point.refused,
                          ].map((count, k) => (
                            <td class="number" key={k}>
                              {count}
                            </td>
                          ))}
                          <td class="number">{point.latencyMs?.p50 ?? ''}</td>
                          <td class="number">{point.latencyMs?.p95 ?? ''}</td>
                        </tr>
                      ))}
                  </tbody>
                </Table>
              </details>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function captures(point: { realface: number; uncertain: number; spoofface: number }): number {
  return point.realface + point.uncertain + point.spoofface;
}

function Number({ of, value }: { of: string; value: number | null }) {
  return (
    <div>
      <dt>{of}</dt>
      <dd>{value === null ? '–' : value.toLocaleString('en')}</dd>
    </div>
  );
}
