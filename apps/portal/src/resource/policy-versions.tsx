import { take, type Resource } from '../api.js';
import { ActionButton } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Section } from '../parts/page.js';
import { Time } from '../parts/time.js';
import { useSignedIn } from '../signed-in.js';
import { useResource } from './use-resource.js';

type Policy = Resource['policy'];

/** The policy through time: who changed what, and the way back. */
export function PolicyVersions() {
  const { http } = useSignedIn();
  const { resource, mayChange, reload } = useResource();
  const path = { name: resource.name };
  const versions = useLoading(
    () =>
      take(
        http.GET('/management/v1/resources/{name}/policy/versions', { params: { path, query: { top: 20 } } }),
      ),
    `${resource.name} ${JSON.stringify(resource.policy)}`,
  );

  async function restore(version: number) {
    await take(
      http.POST('/management/v1/resources/{name}/policy/versions/{version}/restore', {
        params: { path: { ...path, version } },
      }),
    );
    await reload();
  }

  return (
    <Section title="Versions">
      <Loaded of={versions}>
        {({ versions: list }) => (
          <ol class="history" reversed start={list[0]?.version}>
            {list.map(({ version, policy, note, changedBy, at }, k) => (
              <li key={version}>
                <Time at={at} /> UTC, {changedBy}
                {note && `: ${note}`}
                <br />
                <span class="muted">{differences(list[k + 1]?.policy, policy)}</span>{' '}
                {k > 0 && mayChange && (
                  <ActionButton action={() => restore(version)} class="quiet">
                    Go back to this
                  </ActionButton>
                )}
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Section>
  );
}

/** What a version changed, in words. */
function differences(before: Policy | undefined, after: Policy): string {
  if (!before) return 'first version shown';
  const changed = (Object.keys(after) as (keyof Policy)[]).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return (
    changed.map((name) => `${name}: ${print(before[name])}, now ${print(after[name])}`).join(' · ') ||
    'the same'
  );
}

function print(value: Policy[keyof Policy]): string {
  const text = Array.isArray(value) ? value.join(' ') : String(value);
  return text === '' ? 'none' : text;
}
