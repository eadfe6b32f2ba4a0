import { take } from '../../api.js';
import { Decision } from '../../parts/decision.js';
import { Loaded, useLoading } from '../../parts/loaded.js';
import { Table } from '../../parts/page.js';
import { Time } from '../../parts/time.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';

/** How often a candidate agreed with what decides, and where it does not. Nothing while it has scored nothing. */
export function ShadowFindings({ candidate }: { candidate: string }) {
  const { http } = useSignedIn();
  const { resource, base } = useResource();
  const found = useLoading(
    () =>
      take(
        http.GET('/management/v1/resources/{name}/policy/candidates/{id}/shadow', {
          params: { path: { name: resource.name, id: candidate }, query: { next: '', top: 20 } },
        }),
      ),
    `${candidate} ${resource.policy.shadowPolicy}`,
  );
  return (
    <Loaded of={found}>
      {({ counts, differences }) => {
        const sum = (list: typeof counts) => list.reduce((total, { count }) => total + count, 0);
        const agreed = sum(counts.filter(({ live, shadow }) => live === shadow));
        if (counts.length === 0) return null;
        return (
          <>
            <p>
              In the shadow of live sessions it agreed on {agreed} of {sum(counts)} captures.
            </p>
            {differences.length > 0 && (
              <Table label="Where it differs">
                <thead>
                  <tr>
                    <th scope="col">Time (UTC)</th>
                    <th scope="col">Decided</th>
                    <th scope="col">In the shadow</th>
                    <th scope="col">Session</th>
                  </tr>
                </thead>
                <tbody>
                  {differences.map(({ session, attempt, at, live, shadow }) => (
                    <tr key={`${session} ${attempt}`}>
                      <td>
                        <Time at={at} />
                      </td>
                      <td>
                        <Decision value={live} />
                      </td>
                      <td>
                        <Decision value={shadow} />
                      </td>
                      <td>
                        <a href={`${base}/sessions/${session}`}>
                          <code>{session.slice(0, 8)}</code>
                        </a>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </Table>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
