import { take } from '../api.js';
import { AuditEntries } from '../parts/audit-entries.js';
import { Page } from '../parts/page.js';
import { useSignedIn } from '../signed-in.js';
import { useResource } from './use-resource.js';

/** What was done with this resource. */
export default function ResourceAudit() {
  const { http } = useSignedIn();
  const { name } = useResource().resource;
  return (
    <Page title="Audit log">
      <AuditEntries
        load={(query) =>
          take(http.GET('/management/v1/resources/{name}/audit', { params: { path: { name }, query } }))
        }
        name={name}
      />
    </Page>
  );
}
