import { Fragment } from 'preact';
import { useLocation, useRoute } from 'preact-iso';
import { take, type SessionDetail } from '../api.js';
import { Value } from '../parts/copy.js';
import { Decision } from '../parts/decision.js';
import { ActionButton } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Page, Section, Table } from '../parts/page.js';
import { printTime, Time } from '../parts/time.js';
import { RoleNeeded } from '../parts/role-needed.js';
import { useSignedIn } from '../signed-in.js';
import { Evidence } from './evidence.js';
import { useResource } from './use-resource.js';
import { Timeline } from './timeline.js';

type Call = SessionDetail['calls'][number];

/** One session in depth: what happened when, what was measured, and why it was decided so. */
export default function Session() {
  const { http } = useSignedIn();
  const { resource, base, mayChange } = useResource();
  const { route } = useLocation();
  const id = useRoute().params['id'] ?? '';
  const path = { name: resource.name, id };
  const session = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/sessions/{id}', { params: { path } })),
    id,
  );

  async function remove() {
    await take(http.DELETE('/management/v1/resources/{name}/sessions/{id}', { params: { path } }));
    route(`${base}/sessions`, true);
  }

  return (
    <Page title={`Session ${id.slice(0, 8)}`}>
      <Loaded of={session}>
        {(detail) => (
          <>
            <Summary session={detail} />
            <Section title="Course">
              <Timeline session={detail} />
            </Section>
            {mayChange ? <Evidence session={detail} /> : <RoleNeeded to="see evidence and pictures" />}
            <Section title="Calls">
              <Calls calls={detail.calls} />
            </Section>
            {mayChange && (
              <Section title="Delete">
                <p>
                  The session, its images, templates and calls are gone at once; the audit log keeps that it
                  was there.
                </p>
                <ActionButton action={remove} class="danger">
                  Delete this session
                </ActionButton>
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Summary({ session }: { session: SessionDetail }) {
  const { settings, reference } = session;
  return (
    <section class="card">
      <p class="headline">
        {session.decision ? <Decision value={session.decision} /> : 'no decision'} · {session.status}
        {session.expired && ' · token ended'}
      </p>
      <dl class="facts">
        <dt>Id</dt>
        <dd>
          <Value text={session.id} label="session id" />
        </dd>
        <dt>Kind</dt>
        <dd>{session.kind === 'liveness' ? 'liveness' : 'liveness with verification'}</dd>
        <dt>Created</dt>
        <dd>
          <Time at={session.createdAt} /> UTC, token until <Time at={session.expiresAt} />
        </dd>
        <dt>Started</dt>
        <dd>
          {session.startedAt ? (
            <>
              <Time at={session.startedAt} /> UTC, {session.starts} {session.starts === 1 ? 'time' : 'times'}
            </>
          ) : (
            'not yet'
          )}
        </dd>
        <dt>Device</dt>
        <dd>{session.deviceCorrelationId ?? 'none given'}</dd>
        <dt>User</dt>
        <dd>{session.userCorrelationId ?? 'none given'}</dd>
        {reference && (
          <>
            <dt>Reference</dt>
            <dd>
              brought by the {reference.source === 'app' ? 'app server' : 'device'}, quality{' '}
              {reference.quality}, SHA-256 <code class="break">{reference.sha256.toLowerCase()}</code>
            </dd>
          </>
        )}
      </dl>
      <details>
        <summary>What the application asked for</summary>
        <dl class="facts">
          {Object.entries(settings).map(([name, value]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{String(value)}</dd>
            </Fragment>
          ))}
        </dl>
      </details>
    </section>
  );
}

function Calls({ calls }: { calls: readonly Call[] }) {
  if (calls.length === 0) return <p>No call brought a capture.</p>;
  return (
    <Table label="Calls that brought a capture">
      <thead>
        <tr>
          <th scope="col">Received (UTC)</th>
          <th scope="col">Attempt</th>
          <th scope="col">Answer</th>
          <th scope="col">ms</th>
          <th scope="col">Client</th>
          <th scope="col">Digest</th>
          <th scope="col">Request id</th>
        </tr>
      </thead>
      <tbody>
        {calls.map((call) => (
          <tr key={call.id}>
            <td>{printTime(call.receivedAt)}</td>
            <td class="number">{call.attemptId ?? '–'}</td>
            <td>
              {'decision' in call.outcome ? (
                <Decision value={call.outcome.decision} />
              ) : (
                <span title={call.outcome.message}>{call.outcome.error}</span>
              )}
            </td>
            <td class="number">{Math.round(call.latencyMs)}</td>
            <td class="clip" title={call.request.userAgent}>
              {call.request.clientIp} {call.request.userAgent}
            </td>
            <td>
              <code title={call.digest}>{call.digest.slice(0, 12)}</code>
            </td>
            <td>
              <code title={call.requestId}>{call.requestId.slice(0, 8)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
