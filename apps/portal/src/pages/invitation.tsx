import { useEffect, useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { take, type Api, type Me } from '../api.js';
import { Field, Form, textOf } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Page } from '../parts/page.js';

/** Where a one-time link leads: a password is set, and one is in. The token is in the fragment, which no server log sees. */
export function Invitation({ api, onSignedIn }: { api: Api; onSignedIn: (me: Me) => void }) {
  const token = useMemo(() => location.hash.slice(1), []);
  const [mismatch, setMismatch] = useState(false);
  const { route } = useLocation();
  const invitation = useLoading(
    () => take(api.http.POST('/management/v1/invitation', { body: { token } })),
    token,
  );
  // The link is used up soon; it need not stay in the address.
  useEffect(() => history.replaceState(null, '', location.pathname), []);

  async function join(fields: FormData) {
    const password = textOf(fields, 'password');
    const differ = password !== textOf(fields, 'again');
    setMismatch(differ);
    if (differ) return;
    const me = await take(
      api.http.POST('/management/v1/invitation/accept', {
        body: { token, name: textOf(fields, 'name'), password },
      }),
    );
    onSignedIn(me);
    route('/portal', true);
  }

  return (
    <div class="narrow">
      <Page title="Welcome">
        <Loaded of={invitation}>
          {({ name, companyAccount }) => (
            <>
              <p>Choose the name and the password that you will sign in with.</p>
              <Form action={join} submit="Join">
                <Field label="Name" name="name" autocomplete="username" value={name} required />
                <Field
                  label="Password"
                  name="password"
                  type="password"
                  autocomplete="new-password"
                  minLength={12}
                  hint="At least 12 characters; several words are easier to keep in mind than signs."
                  required
                />
                <Field
                  label="Password again"
                  name="again"
                  type="password"
                  autocomplete="new-password"
                  aria-invalid={mismatch}
                  hint={mismatch ? 'The two differ.' : undefined}
                  required
                />
              </Form>
              {companyAccount && (
                <p>
                  <a
                    class="button"
                    href={`/management/v1/sign-in/company?invitation=${encodeURIComponent(token)}`}
                    target="_self"
                  >
                    Join with {companyAccount}
                  </a>
                </p>
              )}
            </>
          )}
        </Loaded>
      </Page>
    </div>
  );
}
