import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { take, type SessionDetail } from '../api.js';
import { Decision } from '../parts/decision.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Notice } from '../parts/notice.js';
import { Section, Table } from '../parts/page.js';
import { COLOURS, Figure } from '../parts/plot.js';
import { useSignedIn } from '../signed-in.js';
import { Frames } from './frames.js';
import { readAnalysis, type Analysis, type Cue } from './analysis.js';
import { CUE_VIEWS } from './cue-views.js';
import { Pictures } from './pictures.js';
import { useResource } from './use-resource.js';

/** What the engine measured, attempt by attempt. It is fetched when somebody asks for it, since each look is noted. */
export function Evidence({ session }: { session: SessionDetail }) {
  const [shown, setShown] = useState(false);
  if (session.attempts.length === 0) return null;
  if (!shown)
    return (
      <Section title="Evidence">
        <div class="actions">
          <button type="button" onClick={() => setShown(true)}>
            Show evidence
          </button>
          <span class="muted">The audit log notes who looked.</span>
        </div>
      </Section>
    );
  return <ShownEvidence session={session} />;
}

function ShownEvidence({ session }: { session: SessionDetail }) {
  const { id } = session;
  const { http } = useSignedIn();
  const { resource } = useResource();
  const path = { name: resource.name, id };
  const evidence = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/sessions/{id}/evidence', { params: { path } })),
    id,
  );
  return (
    <Loaded of={evidence}>
      {(attempts) => (
        <>
          {attempts.length === 0 && <Notice kind="hint">No capture got as far as being measured.</Notice>}
          {attempts.map(({ attemptId, analysis }) => (
            <AttemptEvidence
              key={attemptId}
              session={session}
              attemptId={attemptId}
              analysis={readAnalysis(analysis)}
            />
          ))}
        </>
      )}
    </Loaded>
  );
}

function AttemptEvidence({
  session,
  attemptId,
  analysis,
}: {
  session: SessionDetail;
  attemptId: number;
  analysis: Analysis;
}) {
  const { cues, reasons, decision, score, quality, unbound, versions } = analysis;
  return (
    <Section title={`Evidence of attempt ${attemptId}`}>
      <p class="headline">
        <Decision value={decision} />
        {score !== null && ` · sum of evidence ${score.toFixed(2)}`}
      </p>
      <ul>
        {reasons.map(({ code, text }) => (
          <li key={code}>
            {text} <code class="muted">{code}</code>
          </li>
        ))}
      </ul>
      {quality.length > 0 && <p>The capture itself: {quality.join(', ')}.</p>}
      {unbound && <p>No challenge was issued for this capture: nothing proves when it was made.</p>}
      <Pictures session={session} attemptId={attemptId} analysis={analysis} />
      {analysis.frames && <Frames frames={analysis.frames} />}
      <Weights cues={cues} />
      <Table label={`Cues of attempt ${attemptId}`}>
        <thead>
          <tr>
            <th scope="col">Cue</th>
            <th scope="col">Outcome</th>
            <th scope="col">Evidence</th>
            <th scope="col">Quality</th>
          </tr>
        </thead>
        <tbody>
          {cues.map(({ name, version, outcome }) => (
            <tr key={name}>
              <th scope="row">
                {name} <span class="muted">{version}</span>
              </th>
              {outcome.status === 'scored' ? (
                <>
                  <td>{outcome.veto ? `veto: ${outcome.veto.text}` : 'scored'}</td>
                  <td class="number">{outcome.llr.toFixed(2)}</td>
                  <td class="number">{outcome.quality.toFixed(2)}</td>
                </>
              ) : (
                <td colSpan={3}>
                  {outcome.missing ? 'missing' : outcome.status === 'failed' ? 'failed' : 'does not apply'}:{' '}
                  {outcome.reason}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </Table>
      {cues.map((cue) => (
        <CueDetail key={cue.name} cue={cue} />
      ))}
      <p class="muted">
        Engine {versions.engine}, policy {versions.policy}.
      </p>
    </Section>
  );
}

/** What each cue says by itself: to the right for a living person, to the left for an attack. */
function Weights({ cues }: { cues: readonly Cue[] }) {
  const bars = cues.flatMap(({ name, outcome }) =>
    outcome.status === 'scored' ? [{ name, llr: outcome.llr * outcome.quality }] : [],
  );
  if (bars.length === 0) return null;
  const reach = Math.max(1, ...bars.map(({ llr }) => Math.abs(llr)));
  return (
    <Figure
      caption={`What each cue says, weighed by its quality: to the right for a living person, to the left for an attack. ${bars
        .map(({ name, llr }) => `${name} ${llr.toFixed(1)}`)
        .join(', ')}.`}
      height={40 + bars.length * 28}
      draw={(plot) => ({
        marginLeft: 110,
        x: { domain: [-reach, reach], label: 'log-likelihood ratio', grid: true },
        y: { label: null },
        marks: [
          plot.barX(bars, {
            x: 'llr',
            y: 'name',
            fill: ({ llr }: { llr: number }) => (llr < 0 ? COLOURS.spoofface : COLOURS.realface),
            sort: { y: 'x', reverse: true },
          }),
          plot.ruleX([0]),
        ],
      })}
    />
  );
}

/** The measurements of a cue: its courses over the clip as drawings, single values below. */
function CueDetail({ cue: { name, measured } }: { cue: Cue }) {
  const { courses, values } = measured;
  if (courses.length === 0 && values.length === 0) return null;
  return (
    <details open={courses.length > 0}>
      <summary>
        {name}: {CUE_VIEWS[name]?.asks}
      </summary>
      {courses.map(({ title, unit, points }) => (
        <Figure
          key={title}
          caption={title}
          height={150}
          draw={(plot) => ({
            x: { label: unit, nice: true },
            y: { label: null, grid: true, nice: true },
            color: { legend: true, scheme: 'Dark2' },
            marks: [plot.lineY(points, { x: 'at', y: 'value', stroke: 'of', z: 'of', marker: 'dot' })],
          })}
        />
      ))}
      {values.length > 0 && (
        <dl class="facts">
          {values.map(([key, value]) => (
            <Fragment key={key}>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </dl>
      )}
    </details>
  );
}
