import { take, type Resource } from '../api.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Notice } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { printTime } from '../parts/time.js';
import { useSignedIn } from '../signed-in.js';

const RECOGNITION = {
  none: 'liveness only',
  pending: 'recognition applied for',
  approved: 'liveness and recognition',
  refused: 'liveness only; recognition refused',
  revoked: 'liveness only; recognition revoked',
} as const satisfies Record<Resource['recognition'], string>;

/** The resources that one has a role on. */
export default function Resources() {
  const { http, me } = useSignedIn();
  const resources = useLoading(() => take(http.GET('/management/v1/resources')), '');
  const mayCreate = me.highestRole === 'Owner' || me.highestRole === 'Contributor';
  return (
    <Page
      title="Resources"
      beside={
        mayCreate && (
          <a class="button primary" href="/portal/new">
            New resource
          </a>
        )
      }
    >
      <p class="muted">A resource is an endpoint with two keys; its sessions are its own.</p>
      <Loaded of={resources}>
        {(list) =>
          list.length === 0 ? (
            <Notice kind="hint">
              {mayCreate
                ? 'There is none yet. Make the first one.'
                : `You have a role on no resource. Ask ${me.owners.join(' or ')} for one.`}
            </Notice>
          ) : (
            <ul class="tiles">
              {list.map((resource) => (
                <li key={resource.name}>
                  <a
                    class="card tile"
                    href={`/portal/resources/${encodeURIComponent(resource.name)}/overview`}
                  >
                    <strong>{resource.name}</strong>
                    <span>
                      {resource.tier} · {RECOGNITION[resource.recognition]}
                    </span>
                    <span class="muted">
                      {resource.development ? 'Development · ' : ''}you: {resource.role} · since{' '}
                      {printTime(resource.createdAt).slice(0, 10)}
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}
