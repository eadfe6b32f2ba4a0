import { useState } from 'preact/hooks';
import { take, type Answer } from '../api.js';
import { Value } from '../parts/copy.js';
import { ActionButton, Field, Form, textOf } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Notice } from '../parts/notice.js';
import { Page, Section, Table } from '../parts/page.js';
import { Time } from '../parts/time.js';
import { useSignedIn } from '../signed-in.js';
import { useResource } from './use-resource.js';

type Webhook = Answer<'/management/v1/resources/{name}/webhooks'>[number];

const EVENTS = [
  ['session.finished', 'A session is finished'],
  ['abuse.detected', 'Abuse is suspected'],
] as const;
const DELIVERIES_SHOWN = 20;

/** Where the service calls when something happens, and what came of each call. */
export default function Webhooks() {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const path = { name: resource.name };
  const [secret, setSecret] = useState<string | null>(null);
  const webhooks = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/webhooks', { params: { path } })),
    resource.name,
  );

  async function create(fields: FormData) {
    const made = await take(
      http.POST('/management/v1/resources/{name}/webhooks', {
        params: { path },
        body: {
          url: textOf(fields, 'url'),
          events: EVENTS.map(([event]) => event).filter((event) => fields.has(event)),
          verdict: fields.has('verdict'),
        },
      }),
    );
    setSecret(made.secret);
    await webhooks.reload();
  }

  return (
    <Page title="Webhooks">
      {secret && (
        <Notice kind="success">
          <p>Your receiver checks every message with this secret, as Standard Webhooks says.</p>
          <Value text={secret} label="secret" />
        </Notice>
      )}
      <Loaded of={webhooks}>
        {(list) =>
          list.map((webhook) => <OneWebhook key={webhook.id} webhook={webhook} onChange={webhooks.reload} />)
        }
      </Loaded>
      <Section title="New webhook">
        <Form action={create} submit="Set up">
          <Field
            label="Address"
            name="url"
            type="url"
            required
            maxLength={2000}
            placeholder="https://app.example.com/hooks/face"
            hint="https, and a public address: calls to private ones are blocked unless whoever runs the service allows them."
          />
          <fieldset>
            <legend>When</legend>
            {EVENTS.map(([event, text]) => (
              <label class="check" key={event}>
                <input type="checkbox" name={event} defaultChecked /> {text}
              </label>
            ))}
          </fieldset>
          <label class="check">
            <input type="checkbox" name="verdict" /> Messages carry the decision. Without it they say only
            which session to look up.
          </label>
        </Form>
      </Section>
    </Page>
  );
}

function OneWebhook({ webhook, onChange }: { webhook: Webhook; onChange: () => Promise<void> }) {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const params = { path: { name: resource.name, id: webhook.id } };
  const [secret, setSecret] = useState<string | null>(null);
  const deliveries = useLoading(
    () =>
      take(
        http.GET('/management/v1/resources/{name}/webhooks/{id}/deliveries', {
          params: { ...params, query: { top: DELIVERIES_SHOWN } },
        }),
      ),
    webhook.id,
  );

  async function test() {
    await take(http.POST('/management/v1/resources/{name}/webhooks/{id}/test', { params }));
    await deliveries.reload();
  }
  async function setEnabled(enabled: boolean) {
    await take(http.PATCH('/management/v1/resources/{name}/webhooks/{id}', { params, body: { enabled } }));
    await onChange();
  }
  async function show() {
    const shown = await take(http.GET('/management/v1/resources/{name}/webhooks/{id}/secret', { params }));
    setSecret(shown.secret);
  }
  async function rotate() {
    const made = await take(http.POST('/management/v1/resources/{name}/webhooks/{id}/secret', { params }));
    setSecret(made.secret);
    await onChange();
  }
  async function remove() {
    await take(http.DELETE('/management/v1/resources/{name}/webhooks/{id}', { params }));
    await onChange();
  }
  async function replay(delivery: string) {
    await take(
      http.POST('/management/v1/resources/{name}/webhooks/{id}/deliveries/{delivery}/replay', {
        params: { path: { ...params.path, delivery } },
      }),
    );
    await deliveries.reload();
  }

  return (
    <Section title={webhook.url}>
      <p>
        {webhook.enabled ? 'On' : 'Off'} · {webhook.events.join(', ')} ·{' '}
        {webhook.verdict ? 'with the decision' : 'without the decision'}
        {webhook.lastSecretUntil && (
          <>
            {' '}
            · the last secret signs too until <Time at={webhook.lastSecretUntil} />
          </>
        )}
      </p>
      {secret && <Value text={secret} label="secret" />}
      <div class="actions">
        <ActionButton action={test}>Send a test</ActionButton>
        <ActionButton action={() => setEnabled(!webhook.enabled)}>
          {webhook.enabled ? 'Switch off' : 'Switch on'}
        </ActionButton>
        <ActionButton action={show}>Show secret</ActionButton>
        <ActionButton action={rotate}>New secret</ActionButton>
        <ActionButton action={remove} class="danger">
          Remove
        </ActionButton>
      </div>
      <Loaded of={deliveries}>
        {({ deliveries: list }) =>
          list.length === 0 ? (
            <p class="muted">No message yet.</p>
          ) : (
            <Table label={`Messages to ${webhook.url}`}>
              <thead>
                <tr>
                  <th scope="col">Made (UTC)</th>
                  <th scope="col">Event</th>
                  <th scope="col">State</th>
                  <th scope="col">Tries</th>
                  <th scope="col">Answer</th>
                  <th scope="col">
                    <span class="hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((delivery) => (
                  <tr key={delivery.id}>
                    <td>
                      <Time at={delivery.createdAt} />
                    </td>
                    <td>{delivery.event}</td>
                    <td>
                      {delivery.state}
                      {delivery.state === 'waiting' && delivery.nextTryAt && (
                        <>
                          , again <Time at={delivery.nextTryAt} />
                        </>
                      )}
                    </td>
                    <td class="number">{delivery.tries}</td>
                    <td>{delivery.answer}</td>
                    <td>
                      <ActionButton action={() => replay(delivery.id)} class="quiet">
                        Send again
                      </ActionButton>
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
      <button type="button" class="quiet" onClick={() => void deliveries.reload()}>
        Look again
      </button>
    </Section>
  );
}
