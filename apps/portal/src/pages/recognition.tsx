import { take } from '../api.js';
import { Field, Form, textOf } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Page } from '../parts/page.js';
import { RoleNeeded } from '../parts/role-needed.js';
import { Time } from '../parts/time.js';
import { useSignedIn } from '../signed-in.js';

/** Applications for the comparison of faces that wait for an Owner. */
export default function Recognition() {
  const { me } = useSignedIn();
  if (me.highestRole === 'Owner') return <Applications />;
  return (
    <Page title="Recognition">
      <RoleNeeded role="Owner" everywhere to="decide on applications" />
      <p>An application is made, and its state shown, on the overview of its resource.</p>
    </Page>
  );
}

function Applications() {
  const { http } = useSignedIn();
  const waiting = useLoading(() => take(http.GET('/management/v1/recognition')), '');

  async function decide(name: string, fields: FormData) {
    const decision = textOf(fields, 'decision') === 'approved' ? 'approved' : 'refused';
    await take(
      http.POST('/management/v1/resources/{name}/recognition/decision', {
        params: { path: { name } },
        body: { decision, reason: textOf(fields, 'reason') },
      }),
    );
    await waiting.reload();
  }

  return (
    <Page title="Recognition">
      <p class="muted">
        Comparing faces takes an approved purpose. Decide for the people in front of the camera: is the
        purpose lawful, do they know of it, can they get by without it?
      </p>
      <Loaded of={waiting}>
        {(applications) =>
          applications.length === 0 ? (
            <p>Nothing waits.</p>
          ) : (
            applications.map((one) => (
              <section class="card" key={one.resource}>
                <h2>
                  <a href={`/portal/resources/${encodeURIComponent(one.resource)}/overview`}>
                    {one.resource}
                  </a>
                </h2>
                <blockquote>{one.purpose}</blockquote>
                <p class="muted">
                  {one.requestedBy}, <Time at={one.requestedAt} /> UTC
                </p>
                <Form action={(fields) => decide(one.resource, fields)} submit="Decide">
                  <fieldset>
                    <legend>Decision</legend>
                    <label class="check">
                      <input type="radio" name="decision" value="approved" required /> Approve
                    </label>
                    <label class="check">
                      <input type="radio" name="decision" value="refused" required /> Refuse
                    </label>
                  </fieldset>
                  <Field label="Reason" name="reason" maxLength={500} />
                </Form>
              </section>
            ))
          )
        }
      </Loaded>
    </Page>
  );
}
