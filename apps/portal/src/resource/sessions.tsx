import { useState } from 'preact/hooks';
import { take } from '../api.js';
import { Decision } from '../parts/decision.js';
import { Field, Form, Select, textOf } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Page, Table } from '../parts/page.js';
import { Time } from '../parts/time.js';
import { useSignedIn } from '../signed-in.js';
import { useResource } from './use-resource.js';

const KINDS = [
  ['', 'any'],
  ['liveness', 'liveness'],
  ['livenessWithVerify', 'with verification'],
] as const;
const STATES = ['', 'NotStarted', 'Started', 'Succeeded', 'Failed', 'Canceled'] as const;
const DECISIONS = ['', 'realface', 'uncertain', 'spoofface'] as const;

type Filter = Partial<{
  kind: 'liveness' | 'livenessWithVerify';
  status: Exclude<(typeof STATES)[number], ''>;
  decision: Exclude<(typeof DECISIONS)[number], ''>;
  text: string;
  from: string;
  to: string;
}>;

/** The sessions of a resource, newest first; a page costs the same however many there are. */
export default function Sessions() {
  const { http } = useSignedIn();
  const { resource, base } = useResource();
  const { name } = resource;
  const [filter, setFilter] = useState<Filter>({});
  const [pages, setPages] = useState<string[]>([]);
  const next = pages.at(-1) ?? '';
  const found = useLoading(
    () =>
      take(
        http.GET('/management/v1/resources/{name}/sessions', {
          params: { path: { name }, query: { ...filter, next, top: 50 } },
        }),
      ),
    `${name} ${JSON.stringify(filter)} ${next}`,
  );

  async function search(fields: FormData) {
    const day = (field: string) => textOf(fields, field);
    const entries = [
      ['kind', textOf(fields, 'kind')],
      ['status', textOf(fields, 'status')],
      ['decision', textOf(fields, 'decision')],
      ['text', textOf(fields, 'text').trim()],
      ['from', day('from') && `${day('from')}:00Z`],
      ['to', day('to') && `${day('to')}:00Z`],
    ].filter(([, value]) => value !== '');
    setPages([]);
    setFilter(Object.fromEntries(entries) as Filter);
    if (JSON.stringify(Object.fromEntries(entries)) === JSON.stringify(filter)) await found.reload();
  }

  return (
    <Page title="Sessions">
      <Form action={search} submit="Search">
        <div class="row">
          <Field
            label="Id"
            name="text"
            minLength={3}
            maxLength={64}
            placeholder="beginning of an id"
            hint="Of a session, a device, a user or a call."
          />
          <Select label="Kind" name="kind" choices={KINDS} />
          <Select label="State" name="status" choices={STATES.map((one) => [one, one || 'any'] as const)} />
          <Select
            label="Decision"
            name="decision"
            choices={DECISIONS.map((one) => [one, one || 'any'] as const)}
          />
          <Field label="From (UTC)" name="from" type="datetime-local" />
          <Field label="To (UTC)" name="to" type="datetime-local" />
        </div>
      </Form>
      <Loaded of={found}>
        {({ sessions, next: following, incomplete }) => (
          <>
            <Table label="Sessions">
              <thead>
                <tr>
                  <th scope="col">Created (UTC)</th>
                  <th scope="col">Session</th>
                  <th scope="col">Kind</th>
                  <th scope="col">State</th>
                  <th scope="col">Decision</th>
                  <th scope="col">Device</th>
                  <th scope="col">User</th>
                </tr>
              </thead>
              <tbody>
                {sessions.map((session) => (
                  <tr key={session.id}>
                    <td>
                      <Time at={session.createdAt} />
                    </td>
                    <td>
                      <a href={`${base}/sessions/${session.id}`}>
                        <code>{session.id.slice(0, 8)}</code>
                        <span class="hidden">{session.id.slice(8)}</span>
                      </a>
                    </td>
                    <td>{session.kind === 'liveness' ? 'liveness' : 'with verification'}</td>
                    <td>{session.status}</td>
                    <td>{session.decision ? <Decision value={session.decision} /> : '–'}</td>
                    <td class="clip">{session.deviceCorrelationId}</td>
                    <td class="clip">{session.userCorrelationId}</td>
                  </tr>
                ))}
              </tbody>
            </Table>
            {sessions.length === 0 && (
              <p>
                No session. They are kept for {resource.policy.retentionHours} hours;{' '}
                <a href={`${base}/try`}>try one</a>.
              </p>
            )}
            {incomplete && (
              <p class="muted">So many ids begin like this that not all were looked at; type more of it.</p>
            )}
            <div class="actions">
              <button
                type="button"
                disabled={pages.length === 0}
                onClick={() => setPages(pages.slice(0, -1))}
              >
                Newer
              </button>
              <button
                type="button"
                disabled={following === null}
                onClick={() => following !== null && setPages([...pages, following])}
              >
                Older
              </button>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
