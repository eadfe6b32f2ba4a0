import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { take } from '../api.js';
import { Value } from '../parts/copy.js';
import { Dialog } from '../parts/dialog.js';
import { ActionButton, Field, Form, Select, textOf } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Notice } from '../parts/notice.js';
import { Page, Section } from '../parts/page.js';
import { Time } from '../parts/time.js';
import { RoleNeeded } from '../parts/role-needed.js';
import { useSignedIn } from '../signed-in.js';
import { useResource } from './use-resource.js';
import { TIERS } from './tiers.js';

/** Endpoint and keys, tier, recognition, and the end of a resource. */
export default function Overview() {
  const { resource, mayChange } = useResource();
  return (
    <Page title={resource.name}>
      {resource.development && (
        <Notice kind="warning">
          A development resource, made by the first start: no rate limits, and clips without a challenge may
          pass. Make another one for production.
        </Notice>
      )}
      <Section title="Endpoint and keys">
        <p>
          Endpoint <Value text={resource.endpoint} label="endpoint" />
        </p>
        {mayChange ? <Keys /> : <RoleNeeded to="see the keys" />}
      </Section>
      <RecognitionSection />
      {mayChange && <Settings />}
    </Page>
  );
}

function Keys() {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const [keys, setKeys] = useState<{ key1: string; key2: string } | null>(null);
  const [replacing, setReplacing] = useState<'key1' | 'key2' | null>(null);
  const path = { name: resource.name };

  async function show() {
    setKeys(await take(http.GET('/management/v1/resources/{name}/keys', { params: { path } })));
  }
  async function hide() {
    setKeys(null);
  }
  async function replace(slot: 'key1' | 'key2') {
    await take(
      http.POST('/management/v1/resources/{name}/keys/{slot}', { params: { path: { ...path, slot } } }),
    );
    setReplacing(null);
    await show();
  }

  return (
    <>
      {(['key1', 'key2'] as const).map((slot) => (
        <p key={slot}>
          {slot} {keys ? <Value text={keys[slot]} label={slot} /> : <code>{'•'.repeat(16)}</code>}{' '}
          <button type="button" class="quiet" onClick={() => setReplacing(slot)}>
            Replace {slot}
          </button>
        </p>
      ))}
      <div class="actions">
        <ActionButton action={keys ? hide : show}>{keys ? 'Hide' : 'Show keys'}</ActionButton>
        <span class="muted">The audit log notes who looked.</span>
      </div>
      {replacing && (
        <Dialog title={`Replace ${replacing}?`} onClose={() => setReplacing(null)}>
          <p>
            The old {replacing} is void at once. Move your applications to the other key first, then replace
            this one: nothing stands still.
          </p>
          <ActionButton action={() => replace(replacing)} class="danger">
            Replace {replacing}
          </ActionButton>
        </Dialog>
      )}
    </>
  );
}

/** Whether faces may be compared, and the way there. */
function RecognitionSection() {
  const { http, me } = useSignedIn();
  const { resource, mayChange, reload } = useResource();
  const path = { name: resource.name };
  const history = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/recognition', { params: { path } })),
    `${resource.name} ${resource.recognition}`,
  );
  const { recognition } = resource;

  async function apply(fields: FormData) {
    await take(
      http.POST('/management/v1/resources/{name}/recognition', {
        params: { path },
        body: { purpose: textOf(fields, 'purpose') },
      }),
    );
    await reload();
  }
  async function revoke(fields: FormData) {
    await take(
      http.POST('/management/v1/resources/{name}/recognition/decision', {
        params: { path },
        body: { decision: 'revoked', reason: textOf(fields, 'reason') },
      }),
    );
    await reload();
  }

  return (
    <Section title="Recognition">
      <p aria-live="polite">
        {recognition === 'approved'
          ? 'Faces may be compared: verification in sessions, face ids, and the watch for one face in many sessions.'
          : recognition === 'pending'
            ? `Applied for; ${me.owners.join(' or ')} decides. Until then such calls answer 403 UnsupportedFeature.`
            : 'Faces may not be compared: such calls answer 403 UnsupportedFeature. Liveness alone needs no approval.'}
      </p>
      <Loaded of={history}>
        {(list) =>
          list.length > 0 && (
            <ol class="history">
              {list.map((one) => (
                <li key={one.requestedAt}>
                  <strong>{one.state}</strong>: “{one.purpose}”, {one.requestedBy},{' '}
                  <Time at={one.requestedAt} />
                  {one.decidedBy && one.decidedAt && (
                    <>
                      ; {one.decidedBy}, <Time at={one.decidedAt} />
                      {one.reason && `: ${one.reason}`}
                    </>
                  )}
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
      {recognition !== 'approved' && recognition !== 'pending' && mayChange && (
        <Form action={apply} submit="Apply">
          <Field
            label="Purpose"
            name="purpose"
            required
            minLength={10}
            maxLength={2000}
            hint="Whose faces are compared with what, what for, and what people can do instead."
          />
        </Form>
      )}
      {recognition === 'approved' && me.highestRole === 'Owner' && (
        <details>
          <summary>Revoke</summary>
          <Form action={revoke} submit="Revoke" danger>
            <Field label="Reason" name="reason" required maxLength={500} />
          </Form>
        </details>
      )}
    </Section>
  );
}

function Settings() {
  const { http } = useSignedIn();
  const { resource, reload } = useResource();
  const { route } = useLocation();
  const path = { name: resource.name };

  async function setTier(fields: FormData) {
    const tier = textOf(fields, 'tier') === 'F0' ? 'F0' : 'S0';
    await take(http.PATCH('/management/v1/resources/{name}', { params: { path }, body: { tier } }));
    await reload();
  }
  async function remove(fields: FormData) {
    const query = { name: textOf(fields, 'name') };
    await take(http.DELETE('/management/v1/resources/{name}', { params: { path, query } }));
    route('/portal', true);
  }

  return (
    <>
      <Section title="Tier">
        <Form action={setTier} submit="Change tier">
          <Select
            label="Tier"
            name="tier"
            choices={TIERS}
            value={resource.tier}
            hint="Keys and sessions stay."
          />
        </Form>
      </Section>
      <Section title="Delete">
        <details>
          <summary>Delete this resource with everything of it</summary>
          <Form action={remove} submit="Delete for ever" danger>
            <p>Sessions, images, templates and keys are gone at once. Applications that use the keys fail.</p>
            <Field label={`Type ${resource.name} to confirm`} name="name" required autocomplete="off" />
          </Form>
        </details>
      </Section>
    </>
  );
}
