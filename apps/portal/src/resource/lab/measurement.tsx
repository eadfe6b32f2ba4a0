import { useLocation, useRoute } from 'preact-iso';
import { take } from '../../api.js';
import { ActionButton } from '../../parts/form.js';
import { Loaded, useLoading } from '../../parts/loaded.js';
import { Notice } from '../../parts/notice.js';
import { Section } from '../../parts/page.js';
import { Time } from '../../parts/time.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';
import { Calibrated } from './calibrated.js';
import { LabPage } from './lab-page.js';
import { isOpen, KINDS, RunState, usePolling, type Run } from './run.js';

/** One measurement: how far it is, and what came of it. */
export default function Measurement() {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const id = useRoute().params['id'] ?? '';
  const path = { name: resource.name, id };
  const loading = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/lab/runs/{id}', { params: { path } })),
    `${resource.name} ${id}`,
  );
  usePolling(loading.reload, loading.value !== null && isOpen(loading.value));
  return (
    <LabPage title={`Measurement ${id.slice(0, 8)}`}>
      <Loaded of={loading}>
        {(run) => (
          <>
            <Course run={run} onChange={loading.reload} />
            {run.state === 'done' &&
              (run.kind === 'evaluation' ? <Report run={run} /> : <Calibrated run={run} />)}
          </>
        )}
      </Loaded>
    </LabPage>
  );
}

function Course({ run, onChange }: { run: Run; onChange: () => Promise<void> }) {
  const { http } = useSignedIn();
  const { resource, base, mayChange } = useResource();
  const { route } = useLocation();
  const path = { name: resource.name, id: run.id };

  async function cancel() {
    await take(http.POST('/management/v1/resources/{name}/lab/runs/{id}/cancel', { params: { path } }));
    await onChange();
  }
  async function remove() {
    await take(http.DELETE('/management/v1/resources/{name}/lab/runs/{id}', { params: { path } }));
    route(`${base}/lab/measurements`);
  }

  return (
    <Section title={`To ${KINDS[run.kind]}, ${run.operatingPoint}`}>
      <div role="status">
        <RunState run={run} />
      </div>
      {run.fault !== null && <Notice kind="error">{run.fault}</Notice>}
      <dl class="facts">
        <dt>Begun (UTC)</dt>
        <dd>
          <Time at={run.createdAt} />, by {run.createdBy}
        </dd>
        {run.endedAt !== null && (
          <>
            <dt>Ended (UTC)</dt>
            <dd>
              <Time at={run.endedAt} />
            </dd>
          </>
        )}
        <dt>Presentations</dt>
        <dd>{run.total}</dd>
        <dt>Engine, policy</dt>
        <dd>
          <code>{run.engine}</code>, <code>{run.policy}</code>
        </dd>
      </dl>
      {mayChange && (
        <div class="actions">
          {isOpen(run) ? (
            <ActionButton action={cancel}>Cancel it</ActionButton>
          ) : (
            <ActionButton action={remove} class="quiet">
              Delete it
            </ActionButton>
          )}
        </div>
      )}
    </Section>
  );
}

function Report({ run }: { run: Run }) {
  const { resource, mayChange } = useResource();
  const address = `/management/v1/resources/${encodeURIComponent(resource.name)}/lab/runs/${run.id}`;
  return (
    <Section title="Report">
      <div class="actions">
        <a class="button" href={`${address}/report.html`} target="_blank" rel="noopener">
          Open the report
        </a>
        <a class="button" href={`${address}/report`} download={`report-${run.id.slice(0, 8)}.json`}>
          As JSON
        </a>
        {mayChange && (
          <a class="button" href={`${address}/scores`} download>
            Scores
          </a>
        )}
      </div>
      <p class="muted">
        The report opens as a page of its own.
        {mayChange && ' Scores are what was measured on each presentation; the audit log says who took them.'}
      </p>
    </Section>
  );
}
