import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { take, type Answer, type Resource } from '../../api.js';
import { Dialog } from '../../parts/dialog.js';
import { ActionButton, Form } from '../../parts/form.js';
import { Loaded, useLoading } from '../../parts/loaded.js';
import { Notice } from '../../parts/notice.js';
import { Section, Table } from '../../parts/page.js';
import { Time } from '../../parts/time.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';
import { LabPage } from './lab-page.js';
import { OtherWeights } from './other-weights.js';
import { ShadowFindings } from './shadow-findings.js';

type Candidate = Answer<'/management/v1/resources/{name}/policy/candidates'>['candidates'][number];

type Numbers = NonNullable<Candidate['numbers']>;

/** Decision policies that calibrations have found: which decides, which only scores, and the way back. */
export default function Candidates() {
  const { http } = useSignedIn();
  const { resource, base, mayChange, reload } = useResource();
  const { route } = useLocation();
  const [adopting, setAdopting] = useState<Candidate | null>(null);
  const path = { name: resource.name };
  const found = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/policy/candidates', { params: { path } })),
    resource.name,
  );
  const refresh = async () => {
    await reload();
    await found.reload();
  };

  async function adopt({ id, shortfall }: Candidate) {
    await take(
      http.POST('/management/v1/resources/{name}/policy/candidates/{id}/adopt', {
        params: { path: { ...path, id } },
        body: shortfall === null ? {} : { acknowledged: shortfall },
      }),
    );
    setAdopting(null);
    await refresh();
  }
  async function remove({ id }: { id: string }) {
    await take(
      http.DELETE('/management/v1/resources/{name}/policy/candidates/{id}', {
        params: { path: { ...path, id } },
      }),
    );
    await refresh();
  }
  async function evaluate({ id }: Candidate) {
    const run = await take(
      http.POST('/management/v1/resources/{name}/lab/runs', {
        params: { path },
        body: { kind: 'evaluation', decisionPolicy: id },
      }),
    );
    route(`${base}/lab/measurements/${run.id}`);
  }
  async function rollBack() {
    await take(http.POST('/management/v1/resources/{name}/policy/rollback', { params: { path } }));
    await refresh();
  }
  async function watch(policy: Partial<Pick<Resource['policy'], 'shadowPolicy' | 'shadowModel'>>) {
    await take(http.PATCH('/management/v1/resources/{name}', { params: { path }, body: { policy } }));
    await refresh();
  }

  return (
    <LabPage title="Candidates">
      <Loaded of={found}>
        {({ installed, candidates, shadowWeights, models }) => {
          const deciding = candidates.find(({ decides }) => decides);
          return (
            <>
              <Section title="What decides">
                <p>
                  <code>{deciding?.version ?? installed.version}</code>
                  {deciding ? `, ${deciding.origin}.` : ', the installed decision policy.'}
                </p>
                {mayChange && candidates.some(({ acceptedAt }) => acceptedAt !== null) && (
                  <div class="actions">
                    <ActionButton action={rollBack}>Go back to what decided before</ActionButton>
                  </div>
                )}
              </Section>
              {candidates.length === 0 && <p>No candidates yet: a calibration of the set makes one.</p>}
              {candidates.map((candidate) => (
                <Section key={candidate.id} title={candidate.version}>
                  <Facts candidate={candidate} installed={installed.numbers} />
                  {mayChange && isUsable(candidate) && (
                    <div class="actions">
                      {!candidate.decides && (
                        <ActionButton
                          action={async () =>
                            candidate.shortfall === null ? adopt(candidate) : setAdopting(candidate)
                          }
                        >
                          Adopt
                        </ActionButton>
                      )}
                      <ActionButton action={() => evaluate(candidate)} class="quiet">
                        Evaluate the set with it
                      </ActionButton>
                      {candidate.inShadow ? (
                        <ActionButton action={() => watch({ shadowPolicy: '' })}>
                          Stop scoring in the shadow
                        </ActionButton>
                      ) : (
                        <ActionButton action={() => watch({ shadowPolicy: candidate.id })} class="quiet">
                          Score live sessions without deciding
                        </ActionButton>
                      )}
                    </div>
                  )}
                  {mayChange && candidate.acceptedAt === null && !candidate.inShadow && (
                    <div class="actions">
                      <ActionButton action={() => remove(candidate)} class="quiet">
                        Delete it
                      </ActionButton>
                    </div>
                  )}
                  <ShadowFindings candidate={candidate.id} />
                </Section>
              ))}
              <OtherWeights weights={shadowWeights} models={models} watch={watch} remove={remove} />
            </>
          );
        }}
      </Loaded>
      {adopting && (
        <Dialog title={`Adopt ${adopting.version}`} onClose={() => setAdopting(null)}>
          <p>
            It rests on few presentations: <strong>{adopting.shortfall}</strong>. Its error rates may be much
            worse than they look.
          </p>
          <Form action={() => adopt(adopting)} submit="Adopt it all the same" danger>
            <label class="check">
              <input type="checkbox" required /> I have read what it lacks, and answer for it. The audit log
              keeps this.
            </label>
          </Form>
        </Dialog>
      )}
    </LabPage>
  );
}

function isUsable({ stale, numbers }: Candidate): boolean {
  return !stale && numbers !== null;
}

function Facts({ candidate, installed }: { candidate: Candidate; installed: Numbers }) {
  const { origin, createdBy, createdAt, shortfall, stale, decides, numbers } = candidate;
  return (
    <>
      {stale && (
        <Notice kind="warning">
          Found with another engine or installed policy. It decides and scores nothing; measure again.
        </Notice>
      )}
      {numbers === null && (
        <Notice kind={decides ? 'error' : 'warning'}>
          It is damaged and cannot be read.
          {decides && ' Every check fails until you go back to what decided before.'}
        </Notice>
      )}
      <p>
        {origin}; <Time at={createdAt} /> UTC, by {createdBy}.
        {numbers !== null && shortfall !== null && ` It lacks presentations: ${shortfall}.`}
      </p>
      {numbers !== null && <Changes numbers={numbers} installed={installed} />}
    </>
  );
}

function Changes({ numbers: { thresholds, weights }, installed }: { numbers: Numbers; installed: Numbers }) {
  const changed = Object.entries(weights).filter(([name, weight]) => installed.weights[name] !== weight);
  return (
    <>
      <Table label="Thresholds">
        <thead>
          <tr>
            <th scope="col">Operating point</th>
            <th scope="col">realface from</th>
            <th scope="col">spoofface to</th>
          </tr>
        </thead>
        <tbody>
          {(['strict', 'balanced', 'convenience'] as const).map((at) => (
            <tr key={at}>
              <th scope="row">{at}</th>
              <td class="number">
                {thresholds[at].realface.toFixed(2)} ({installed.thresholds[at].realface.toFixed(2)})
              </td>
              <td class="number">
                {thresholds[at].spoofface.toFixed(2)} ({installed.thresholds[at].spoofface.toFixed(2)})
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p class="muted">
        In brackets: installed.{' '}
        {changed.length > 0 &&
          `Weights: ${changed
            .map(
              ([name, weight]) =>
                `${name} ${weight.toFixed(2)} (${(installed.weights[name] ?? 0).toFixed(2)})`,
            )
            .join(', ')}.`}
      </p>
    </>
  );
}
