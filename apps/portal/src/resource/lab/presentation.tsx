import type { Challenge, ChallengeStep } from '@bonafide/protocol';
import { useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { take, type Answer } from '../../api.js';
import { Field, Form, Select, textOf } from '../../parts/form.js';
import { Loaded, useLoading } from '../../parts/loaded.js';
import { Section } from '../../parts/page.js';
import { Time } from '../../parts/time.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';
import { LabPage } from './lab-page.js';

type Presentation = Answer<'/management/v1/resources/{name}/lab/presentations/{id}'>;

/** One presentation: its clip, what was asked for, its labels, and the end of it. */
export default function PresentationPage() {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const id = useRoute().params['id'] ?? '';
  const path = { name: resource.name, id };
  const loading = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/lab/presentations/{id}', { params: { path } })),
    `${resource.name} ${id}`,
  );
  return (
    <LabPage title={`Presentation ${id.slice(0, 8)}`}>
      <Loaded of={loading}>
        {(presentation) => (
          <>
            <Recording presentation={presentation} />
            <Labels presentation={presentation} onChange={loading.reload} />
            <Deletion presentation={presentation} />
          </>
        )}
      </Loaded>
    </LabPage>
  );
}

function Recording({ presentation }: { presentation: Presentation }) {
  const { resource } = useResource();
  const [shown, setShown] = useState(false);
  const { id, capture, recordedAt, createdBy, subject } = presentation;
  const clip = `/management/v1/resources/${encodeURIComponent(resource.name)}/lab/presentations/${id}/clip`;
  return (
    <Section title="Recording">
      <dl class="facts">
        <dt>Subject</dt>
        <dd>
          <code>{subject}</code>
        </dd>
        <dt>Recorded by</dt>
        <dd>{createdBy}</dd>
        <dt>Recorded</dt>
        <dd>{recordedAt ? <Time at={recordedAt} /> : 'not yet'}</dd>
        {capture && (
          <>
            <dt>Session</dt>
            <dd>
              <code>{capture.sessionId}</code>
            </dd>
            <dt>Nonce</dt>
            <dd>
              <code>{capture.nonce}</code>
            </dd>
            <dt>Challenge</dt>
            <dd>{(capture.challenge as Challenge).steps.map(describe).join(', ')}</dd>
          </>
        )}
      </dl>
      {capture &&
        (shown ? (
          <img class="lab-clip" src={clip} alt={`The clip of presentation ${id.slice(0, 8)}`} />
        ) : (
          <div class="actions">
            <button type="button" onClick={() => setShown(true)}>
              Show the clip
            </button>
            <span class="muted">The audit log says who looked.</span>
          </div>
        ))}
    </Section>
  );
}

function describe(step: ChallengeStep): string {
  switch (step.kind) {
    case 'oval':
      return step.faceWidth > 0.5 ? 'come near' : 'move back';
    case 'turn':
      return `turn ${step.side}`;
    case 'expression':
      return step.expression === 'smile' ? 'smile' : 'open the mouth';
    case 'light':
      return `${step.colours.length} colours of light`;
  }
}

function Labels({ presentation, onChange }: { presentation: Presentation; onChange: () => Promise<void> }) {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const [label, setLabel] = useState(presentation.label);
  const { species, instrument } = presentation;

  async function save(fields: FormData) {
    await take(
      http.PATCH('/management/v1/resources/{name}/lab/presentations/{id}', {
        params: { path: { name: resource.name, id: presentation.id } },
        body:
          label === 'attack'
            ? { label, species: textOf(fields, 'species'), instrument: textOf(fields, 'instrument').trim() }
            : { label },
      }),
    );
    await onChange();
  }

  return (
    <Section title="What it shows">
      <Form action={save} submit="Save">
        <div class="row">
          <Select
            label="Label"
            name="label"
            value={label}
            onChange={({ currentTarget }) =>
              setLabel(currentTarget.value === 'attack' ? 'attack' : 'bonafide')
            }
            choices={[
              ['bonafide', 'bona fide'],
              ['attack', 'attack'],
            ]}
          />
          {label === 'attack' && (
            <>
              <Field
                label="Species"
                name="species"
                required
                pattern="[a-z0-9][a-z0-9\-]*"
                maxLength={40}
                value={species}
              />
              <Field label="Instrument" name="instrument" maxLength={80} value={instrument} />
            </>
          )}
        </div>
        <small>The audit log keeps what it said before.</small>
      </Form>
    </Section>
  );
}

function Deletion({ presentation: { id } }: { presentation: Presentation }) {
  const { http } = useSignedIn();
  const { resource, base } = useResource();
  const { route } = useLocation();
  async function remove() {
    await take(
      http.DELETE('/management/v1/resources/{name}/lab/presentations/{id}', {
        params: { path: { name: resource.name, id } },
      }),
    );
    route(`${base}/lab/presentations`);
  }
  return (
    <Section title="Delete">
      <p>The clip and everything of this presentation, for ever.</p>
      <Form action={remove} submit="Delete this presentation" danger />
    </Section>
  );
}
