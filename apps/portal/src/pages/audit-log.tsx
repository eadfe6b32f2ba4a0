import { useState } from 'preact/hooks';
import { take } from '../api.js';
import { AuditEntries } from '../parts/audit-entries.js';
import { ActionButton } from '../parts/form.js';
import { Notice } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { printTime } from '../parts/time.js';
import { useSignedIn } from '../signed-in.js';

/** The audit log of the whole installation, and whether its chain is whole. */
export default function AuditLog() {
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
            ? `The chain is whole: ${verdict.entries} entries, checked ${printTime(verdict.checkedAt)} UTC. `
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
    </Page>
  );
}
