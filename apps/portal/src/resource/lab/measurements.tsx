import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { take } from '../../api.js';
import { Form, Select, textOf } from '../../parts/form.js';
import { Loaded, useLoading } from '../../parts/loaded.js';
import { Section, Table } from '../../parts/page.js';
import { Time } from '../../parts/time.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';
import { LabPage } from './lab-page.js';
import { isOpen, KINDS, RunState, usePolling, type Run } from './run.js';

/** Measurements on the set: what was asked for, how far it is, and what came of it. */
export default function Measurements() {
  const { http } = useSignedIn();
  const { resource, base, mayChange } = useResource();
  const { route } = useLocation();
  const path = { name: resource.name };
  const runs = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/lab/runs', { params: { path } })),
    resource.name,
  );
  usePolling(runs.reload, runs.value?.some(isOpen) ?? false);

  async function start(fields: FormData) {
    const { id } = await take(
      http.POST('/management/v1/resources/{name}/lab/runs', {
        params: { path },
        body: {
          kind: textOf(fields, 'kind') as Run['kind'],
          operatingPoint: textOf(fields, 'operatingPoint') as Run['operatingPoint'],
        },
      }),
    );
    route(`${base}/lab/measurements/${id}`);
  }

  return (
    <LabPage title="Measurements">
      {mayChange && (
        <Section title="Measure">
          <p>
            Every presentation of the set is judged as a check would have been, whenever no check is waiting.
            It goes on while you are away, and after a restart.
          </p>
          <Form action={start} submit="Begin">
            <div class="row">
              <Select
                label="What"
                name="kind"
                choices={[
                  ['evaluation', KINDS.evaluation],
                  ['calibration', KINDS.calibration],
                ]}
                hint="Error rates as they are, or weights and thresholds fitted to the set."
              />
              <Select
                label="Operating point"
                name="operatingPoint"
                value={resource.policy.operatingPoint}
                choices={(['strict', 'balanced', 'convenience'] as const).map((name) => [name, name])}
                hint="Whose thresholds decide; a calibration finds those of all three."
              />
            </div>
          </Form>
        </Section>
      )}
      <Section title="Measurements so far">
        <Loaded of={runs}>
          {(list) => (list.length === 0 ? <p>None yet.</p> : <RunTable runs={list} />)}
        </Loaded>
      </Section>
      <Loaded of={runs}>
        {(list) => (
          <Comparison runs={list.filter(({ kind, state }) => kind === 'evaluation' && state === 'done')} />
        )}
      </Loaded>
    </LabPage>
  );
}

function RunTable({ runs }: { runs: readonly Run[] }) {
  const { base } = useResource();
  return (
    <Table label="Measurements">
      <thead>
        <tr>
          <th scope="col">Begun (UTC)</th>
          <th scope="col">State</th>
          <th scope="col">What</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td>
              <a href={`${base}/lab/measurements/${run.id}`}>
                <Time at={run.createdAt} />
              </a>
            </td>
            <td>
              <RunState run={run} />
            </td>
            <td>
              {KINDS[run.kind]}, {run.operatingPoint}
            </td>
            <td>{run.createdBy}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Two evaluations side by side, on a page of their own. */
function Comparison({ runs }: { runs: readonly Run[] }) {
  const { resource } = useResource();
  const [after, before] = runs;
  const [chosen, setChosen] = useState<{ before?: string; after?: string }>({});
  if (!after || !before) return null;
  const pair = { before: before.id, after: after.id, ...chosen };
  const choices = runs.map(
    ({ id, createdAt, operatingPoint, policy }) =>
      [id, `${createdAt.slice(0, 16).replace('T', ' ')} · ${operatingPoint} · ${policy}`] as const,
  );
  const name = encodeURIComponent(resource.name);
  return (
    <Section title="Compare two evaluations">
      <div class="row">
        <Select
          label="Before"
          choices={choices}
          value={pair.before}
          onChange={({ currentTarget }) => setChosen({ ...chosen, before: currentTarget.value })}
        />
        <Select
          label="After"
          choices={choices}
          value={pair.after}
          onChange={({ currentTarget }) => setChosen({ ...chosen, after: currentTarget.value })}
        />
      </div>
      <div class="actions">
        <a
          class="button"
          target="_blank"
          rel="noopener"
          href={`/management/v1/resources/${name}/lab/runs/${pair.after}/comparison/${pair.before}/report.html`}
        >
          Compare
        </a>
        <span class="muted">Opens as a page of its own.</span>
      </div>
    </Section>
  );
}
