import { useState } from 'preact/hooks';
import { take } from '../api.js';
import { AuditEntries } from '../parts/audit-entries.js';
import { ActionButton, Field, Form, textOf } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Notice } from '../parts/notice.js';
import { Page, Section } from '../parts/page.js';
import { RoleNeeded } from '../parts/role-needed.js';
import { printTime } from '../parts/time.js';
import { useSignedIn } from '../signed-in.js';

/** The audit log of the whole installation, and whether its chain is whole. */
export default function AuditLog() {
  const { me } = useSignedIn();
  if (me.highestRole !== null) return <OfInstallation />;
  return (
    <Page title="Audit log">
      <RoleNeeded role="Reader" everywhere />
      <p>Each resource has a log of its own, on its page Audit.</p>
    </Page>
  );
}

function OfInstallation() {
  const { http } = useSignedIn();
  const [verdict, setVerdict] = useState<Awaited<ReturnType<typeof verify>> | null>(null);
  const verify = () => take(http.GET('/management/v1/audit/verification'));
  return (
    <Page
      title="Audit log"
      beside={<ActionButton action={async () => setVerdict(await verify())}>Verify the chain</ActionButton>}
    >
      {verdict && (
        <Notice kind={verdict.whole ? 'success' : 'error'}>
          {verdict.whole
            ? `The chain is whole: ${verdict.entries} entries${gone(verdict.removed)}, checked ${printTime(verdict.checkedAt)} UTC. `
            : `The chain is broken at entry ${verdict.fault?.seq}: ${verdict.fault?.reason} `}
          <details>
            <summary>Head</summary>
            <code>{verdict.head}</code>
            <p>
              Keep it outside of this machine: a later check that has not got it among its hashes shows a
              rewritten log.
            </p>
          </details>
        </Notice>
      )}
      <AuditEntries
        load={(query) => take(http.GET('/management/v1/audit', { params: { query } }))}
        name="installation"
      />
      <Retention />
    </Page>
  );
}

/** How long entries are kept; Owners of the installation may change it. */
function Retention() {
  const { http, me } = useSignedIn();
  const retention = useLoading(() => take(http.GET('/management/v1/audit/retention')), '');

  async function save(fields: FormData) {
    const days = textOf(fields, 'days');
    await take(
      http.PUT('/management/v1/audit/retention', { body: { days: days === '' ? null : Number(days) } }),
    );
    await retention.reload();
  }

  return (
    <Section title="How long entries are kept">
      <Loaded of={retention}>
        {({ days, removed }) => (
          <>
            <p>
              {days === null ? 'For ever' : `For ${days} days`}
              {gone(removed)}. What is too old is removed day by day, and only where the chain is whole; the
              log says so itself and is verified from there on.
            </p>
            {me.highestRole === 'Owner' && (
              <Form action={save} submit="Save">
                <Field
                  label="Days"
                  name="days"
                  type="number"
                  min={30}
                  max={36500}
                  value={days ?? ''}
                  hint="30 at least. Left empty, every entry is kept. What was removed does not come back."
                />
              </Form>
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function gone(removed: number): string {
  return removed === 0 ? '' : `; the first ${removed} were removed`;
}
