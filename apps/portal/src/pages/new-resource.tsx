import { useLocation } from 'preact-iso';
import { take } from '../api.js';
import { Field, Form, Select, textOf } from '../parts/form.js';
import { Page } from '../parts/page.js';
import { RoleNeeded } from '../parts/role-needed.js';
import { Terms } from '../parts/terms.js';
import { useSignedIn } from '../signed-in.js';
import { TIERS } from '../resource/tiers.js';

/** Makes a resource; whoever makes their first one accepts the terms of responsible use. */
export default function NewResource() {
  const { http, me, refresh } = useSignedIn();
  const { route } = useLocation();
  if (me.highestRole !== 'Owner' && me.highestRole !== 'Contributor')
    return (
      <Page title="New resource">
        <RoleNeeded everywhere />
      </Page>
    );
  const mustAccept = me.terms.acceptedVersion !== me.terms.version;

  async function create(fields: FormData) {
    const name = textOf(fields, 'name');
    await take(
      http.POST('/management/v1/resources', {
        body: {
          name,
          tier: textOf(fields, 'tier') === 'F0' ? 'F0' : 'S0',
          ...(mustAccept && { acceptTerms: me.terms.version }),
        },
      }),
    );
    if (mustAccept) await refresh();
    route(`/portal/resources/${encodeURIComponent(name)}/overview`);
  }

  return (
    <div class="narrow">
      <Page title="New resource">
        <Form action={create} submit="Create">
          <Field
            label="Name"
            name="name"
            required
            pattern="[a-z0-9][a-z0-9\-]{1,62}"
            hint="2 to 63 of: small letters, digits, hyphens."
          />
          <Select label="Tier" name="tier" choices={TIERS} value="S0" />
          {mustAccept && (
            <>
              <Terms />
              <label class="check">
                <input type="checkbox" required name="accept" /> I accept these terms, as {me.person.name}.
              </label>
            </>
          )}
        </Form>
      </Page>
    </div>
  );
}
