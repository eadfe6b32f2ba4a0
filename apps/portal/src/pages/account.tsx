import { useState } from 'preact/hooks';
import { take } from '../api.js';
import { Value, Code } from '../parts/copy.js';
import { Field, Form, textOf } from '../parts/form.js';
import { Notice } from '../parts/notice.js';
import { Page, Section } from '../parts/page.js';
import { printTime } from '../parts/time.js';
import { useSignedIn } from '../signed-in.js';

/** One's own account: password, one-time codes, roles, accepted terms. */
export default function Account() {
  const { me } = useSignedIn();
  return (
    <Page title={me.person.name}>
      <Section title="Roles">
        {me.person.roles.length === 0 ? (
          <p>None. Ask {me.owners.join(' or ')}.</p>
        ) : (
          <ul>
            {me.person.roles.map(({ role, resource }) => (
              <li key={resource}>
                {role} of {resource === null ? 'the whole installation' : `resource ${resource}`}
              </li>
            ))}
          </ul>
        )}
        <p class="muted">
          {me.terms.acceptedAt
            ? `Terms of responsible use, version ${me.terms.acceptedVersion}, accepted ${printTime(me.terms.acceptedAt)} UTC.`
            : 'Terms of responsible use not accepted yet; the first resource that you create asks for it.'}
        </p>
      </Section>
      {me.person.hasPassword && <Password />}
      {me.person.hasPassword && <OneTimeCodes />}
    </Page>
  );
}

function Password() {
  const { http } = useSignedIn();
  const [done, setDone] = useState(false);

  async function change(fields: FormData) {
    setDone(false);
    await take(
      http.PUT('/management/v1/me/password', {
        body: { current: textOf(fields, 'current'), wanted: textOf(fields, 'wanted') },
      }),
    );
    setDone(true);
  }

  return (
    <Section title="Password">
      <Form action={change} submit="Change password">
        <Field
          label="Present password"
          name="current"
          type="password"
          autocomplete="current-password"
          required
        />
        <Field
          label="New password"
          name="wanted"
          type="password"
          autocomplete="new-password"
          minLength={12}
          required
        />
      </Form>
      {done && <Notice kind="success">Changed. Other browsers are signed out.</Notice>}
    </Section>
  );
}

function OneTimeCodes() {
  const { http, me, refresh } = useSignedIn();
  const [proposal, setProposal] = useState<{ secret: string; uri: string } | null>(null);
  const [recoveryCodes, setRecoveryCodes] = useState<string[]>([]);

  async function begin(fields: FormData) {
    setProposal(
      await take(
        http.POST('/management/v1/me/one-time-codes', { body: { password: textOf(fields, 'password') } }),
      ),
    );
  }
  async function confirm(fields: FormData) {
    const code = textOf(fields, 'code').replaceAll(' ', '');
    const { recoveryCodes } = await take(
      http.POST('/management/v1/me/one-time-codes/confirm', { body: { code } }),
    );
    setRecoveryCodes(recoveryCodes);
    setProposal(null);
    await refresh();
  }
  async function remove(fields: FormData) {
    await take(
      http.DELETE('/management/v1/me/one-time-codes', { body: { password: textOf(fields, 'password') } }),
    );
    setRecoveryCodes([]);
    await refresh();
  }

  return (
    <Section title="One-time codes">
      {recoveryCodes.length > 0 && (
        <Notice kind="success">
          <p>
            On. Keep these recovery codes where the phone is not: each is good once, and they are not shown
            again.
          </p>
          <Code text={recoveryCodes.join('\n')} label="recovery codes" />
        </Notice>
      )}
      {me.person.hasOneTimeCodes ? (
        <Form action={remove} submit="Turn off" danger>
          <p>A code of your authenticator application is asked for at every sign-in.</p>
          <Field label="Password" name="password" type="password" autocomplete="current-password" required />
        </Form>
      ) : proposal ? (
        <Form action={confirm} submit="Turn on">
          <p>Add this secret to your authenticator application, then type the code that it shows.</p>
          <Value text={proposal.secret} label="secret" />
          <p>
            <a href={proposal.uri}>Open it in an application on this device</a>
          </p>
          <Field label="Code" name="code" inputMode="numeric" autocomplete="one-time-code" required />
        </Form>
      ) : (
        <Form action={begin} submit="Set up">
          <p>A code of an authenticator application, besides the password.</p>
          <Field label="Password" name="password" type="password" autocomplete="current-password" required />
        </Form>
      )}
    </Section>
  );
}
