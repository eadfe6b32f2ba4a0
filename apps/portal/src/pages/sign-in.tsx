import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, take, type Answer, type Api, type Me } from '../api.js';
import { Field, Form, textOf } from '../parts/form.js';
import { Notice } from '../parts/notice.js';
import { Page } from '../parts/page.js';

/** The ways in: a name and a password, then a code where somebody asked for one; or the company's account. */
export function SignIn({ api, onSignedIn }: { api: Api; onSignedIn: (me: Me) => void }) {
  const [ways, setWays] = useState<Answer<'/management/v1/sign-in'> | null>(null);
  const [needsCode, setNeedsCode] = useState(false);
  const { path, query } = useLocation();
  useEffect(() => {
    take(api.http.GET('/management/v1/sign-in')).then(setWays, () => undefined);
  }, [api]);

  async function signIn(fields: FormData) {
    const code = textOf(fields, 'code').replaceAll(' ', '');
    try {
      onSignedIn(
        await take(
          api.http.POST('/management/v1/sign-in', {
            body: {
              name: textOf(fields, 'name'),
              password: textOf(fields, 'password'),
              ...(code !== '' && { code }),
            },
          }),
        ),
      );
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'CodeRequired' || needsCode) throw error;
      setNeedsCode(true);
    }
  }

  return (
    <div class="narrow">
      <Page title="Sign in">
        {ways?.owners.length === 0 && (
          <p>
            Nobody owns this installation yet. The console where the service was started shows a link, good
            once, that makes its first Owner.
          </p>
        )}
        {query['signIn'] === 'failed' && (
          <Notice kind="error">
            The sign-in with the company’s account did not come to its end. Try again, or ask an Owner.
          </Notice>
        )}
        <Form action={signIn} submit="Sign in">
          <Field label="Name" name="name" autocomplete="username" required autofocus />
          <Field label="Password" name="password" type="password" autocomplete="current-password" required />
          {needsCode && (
            <Field
              label="One-time code"
              hint="From your authenticator application, or one of your recovery codes."
              name="code"
              inputMode="text"
              autocomplete="one-time-code"
              required
              ref={(input: HTMLInputElement | null) => input?.focus()}
            />
          )}
        </Form>
        {ways?.companyAccount && (
          <p>
            <a
              class="button"
              href={`/management/v1/sign-in/company?returnTo=${encodeURIComponent(path)}`}
              target="_self"
            >
              Sign in with {ways.companyAccount}
            </a>
          </p>
        )}
        {ways && ways.owners.length > 0 && (
          <p class="muted">Lost the password? Ask {ways.owners.join(' or ')} for a new one-time link.</p>
        )}
      </Page>
    </div>
  );
}
