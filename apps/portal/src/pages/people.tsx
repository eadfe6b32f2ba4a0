import { useState } from 'preact/hooks';
import { take, type Person, type Role } from '../api.js';
import { Value } from '../parts/copy.js';
import { Dialog } from '../parts/dialog.js';
import { ActionButton, Field, Form, Select, textOf } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Notice } from '../parts/notice.js';
import { Page, Table } from '../parts/page.js';
import { RoleNeeded } from '../parts/role-needed.js';
import { useSignedIn } from '../signed-in.js';

const ROLES = [
  ['Reader', 'Reader: sees resources, sessions, usage and the audit log'],
  ['Contributor', 'Contributor: also keys, evidence, and changes'],
  ['Owner', 'Owner: also people and recognition'],
] as const;
const EVERYWHERE = '';

/** Who may use the portal, and what they may do; for Owners of anything. */
export default function People() {
  const { me } = useSignedIn();
  if (me.person.roles.some(({ role }) => role === 'Owner')) return <Everybody />;
  return (
    <Page title="People">
      <RoleNeeded role="Owner" to="see people and their roles" />
    </Page>
  );
}

function Everybody() {
  const { http, me } = useSignedIn();
  const isOwner = me.highestRole === 'Owner';
  const people = useLoading(() => take(http.GET('/management/v1/people')), '');
  const resources = useLoading(() => take(http.GET('/management/v1/resources')), '');
  const [link, setLink] = useState<{ name: string; link: string } | null>(null);
  const [changing, setChanging] = useState<Person | null>(null);

  const owned = (resources.value ?? []).filter(({ role }) => role === 'Owner').map(({ name }) => name);
  const scopes = [
    ...(isOwner ? [[EVERYWHERE, 'the whole installation'] as const] : []),
    ...owned.map((name) => [name, `resource ${name}`] as const),
  ];

  async function invite(fields: FormData) {
    const role = textOf(fields, 'role');
    const resource = textOf(fields, 'resource');
    const { person, link } = await take(
      http.POST('/management/v1/people', {
        body: {
          name: textOf(fields, 'name'),
          ...(role !== '' && { role: role as Role }),
          ...(resource !== EVERYWHERE && { resource }),
        },
      }),
    );
    setLink({ name: person.name, link });
    await people.reload();
  }

  return (
    <Page title="People">
      {link && (
        <Notice kind="success">
          <p>
            Give this link to {link.name}, and to nobody else. It is good once, for three days, and is not
            shown again.
          </p>
          <Value text={link.link} label="the one-time link" />
        </Notice>
      )}
      <Loaded of={people}>
        {(list) => (
          <Table label="People">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Roles</th>
                <th scope="col">State</th>
                <th scope="col">
                  <span class="hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((person) => (
                <tr key={person.id}>
                  <th scope="row">{person.name}</th>
                  <td>
                    {person.roles.length === 0
                      ? 'none'
                      : person.roles
                          .map(({ role, resource }) => `${role} of ${resource ?? 'everything'}`)
                          .join(', ')}
                  </td>
                  <td>
                    {person.state}
                    {person.hasOneTimeCodes && ', with one-time codes'}
                    {person.hasCompanyAccount && ', with a company account'}
                  </td>
                  <td class="actions">
                    <button type="button" class="quiet" onClick={() => setChanging(person)}>
                      Change<span class="hidden"> {person.name}</span>
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </Loaded>
      {isOwner && (
        <section class="card">
          <h2>Invite somebody</h2>
          <Form action={invite} submit="Make a one-time link">
            <div class="row">
              <Field label="Name" name="name" required maxLength={200} />
              <Select label="Role" name="role" choices={[['', 'none yet'], ...ROLES]} />
              <Select label="On" name="resource" choices={scopes} />
            </div>
          </Form>
        </section>
      )}
      {changing && (
        <ChangePerson
          person={changing}
          scopes={scopes}
          onLink={setLink}
          onClose={() => {
            setChanging(null);
            void people.reload();
          }}
        />
      )}
    </Page>
  );
}

function ChangePerson({
  person,
  scopes,
  onLink,
  onClose,
}: {
  person: Person;
  scopes: readonly (readonly [string, string])[];
  onLink: (link: { name: string; link: string }) => void;
  onClose: () => void;
}) {
  const { http, me } = useSignedIn();
  const path = { id: person.id };

  async function grant(fields: FormData) {
    const resource = textOf(fields, 'resource');
    const role = textOf(fields, 'role');
    const on = resource === EVERYWHERE ? {} : { resource };
    if (role === '')
      await take(http.DELETE('/management/v1/people/{id}/role', { params: { path, query: on } }));
    else
      await take(
        http.PUT('/management/v1/people/{id}/role', {
          params: { path },
          body: { role: role as Role, ...on },
        }),
      );
    onClose();
  }
  async function reset() {
    const { link } = await take(http.POST('/management/v1/people/{id}/invitation', { params: { path } }));
    onLink({ name: person.name, link });
    onClose();
  }
  async function setDisabled(disabled: boolean) {
    await take(http.PATCH('/management/v1/people/{id}', { params: { path }, body: { disabled } }));
    onClose();
  }
  async function remove() {
    await take(http.DELETE('/management/v1/people/{id}', { params: { path } }));
    onClose();
  }

  return (
    <Dialog title={person.name} onClose={onClose}>
      <Form action={grant} submit="Set role">
        <Select label="Role" name="role" choices={[...ROLES, ['', 'no role']]} />
        <Select label="On" name="resource" choices={scopes} />
      </Form>
      {me.highestRole === 'Owner' && (
        <div class="actions">
          <ActionButton action={reset}>New one-time link</ActionButton>
          {person.state === 'disabled' ? (
            <ActionButton action={() => setDisabled(false)}>Let in again</ActionButton>
          ) : (
            <ActionButton action={() => setDisabled(true)}>Lock out</ActionButton>
          )}
          <ActionButton action={remove} class="danger">
            Remove
          </ActionButton>
        </div>
      )}
    </Dialog>
  );
}
