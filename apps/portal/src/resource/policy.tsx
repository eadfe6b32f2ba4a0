import { take, type Resource } from '../api.js';
import { Field, Form, Select, textOf } from '../parts/form.js';
import { Page, Section } from '../parts/page.js';
import { useSignedIn } from '../signed-in.js';
import { useResource } from './use-resource.js';
import { PolicyVersions } from './policy-versions.js';
import { ThresholdSimulator } from './threshold-simulator.js';

type Policy = Resource['policy'];
const ON_OFF = [
  ['on', 'on'],
  ['off', 'off'],
] as const;

/** Members that are switched on and off, with what that means. */
const SWITCHES = [
  [
    'light',
    'Coloured light',
    'The screen shows colours in challenges. People who asked for none never see it.',
  ],
  ['sessionImages', 'Session images', 'Kept encrypted, where a session asks for one.'],
  ['abuseMonitoring', 'Abuse monitoring', 'Looks for one face or repeated spoofs over many sessions.'],
  ['rateLimits', 'Rate limits', 'Of the tier.'],
] as const satisfies readonly (readonly [keyof Policy, string, string])[];

/** How strict a resource is, and what it keeps. */
export default function PolicyPage() {
  const { http } = useSignedIn();
  const { resource, mayChange, reload } = useResource();
  const { policy } = resource;

  async function save(fields: FormData) {
    const switches = Object.fromEntries(SWITCHES.map(([name]) => [name, textOf(fields, name)]));
    const changed = {
      operatingPoint: textOf(fields, 'operatingPoint'),
      unboundClips: textOf(fields, 'unboundClips'),
      retentionHours: Number(textOf(fields, 'retentionHours')),
      allowedOrigins: textOf(fields, 'allowedOrigins')
        .split(/[\s,]+/)
        .filter((origin) => origin !== ''),
      ...switches,
    } as Partial<Policy>;
    await take(
      http.PATCH('/management/v1/resources/{name}', {
        params: { path: { name: resource.name } },
        body: { policy: changed },
      }),
    );
    await reload();
  }

  return (
    <Page title="Policy">
      <Section title="This resource">
        <Form action={save} submit="Save" disabled={!mayChange}>
          <fieldset disabled={!mayChange} class="plain">
            <legend class="hidden">Policy</legend>
            <div class="row">
              <Select
                label="Operating point"
                name="operatingPoint"
                value={policy.operatingPoint}
                choices={[
                  ['strict', 'strict: fewer attacks pass, more people must try again'],
                  ['balanced', 'balanced'],
                  ['convenience', 'convenience: more people pass at once'],
                ]}
              />
              <Select
                label="Clips without a challenge"
                name="unboundClips"
                value={policy.unboundClips}
                choices={[
                  ['uncertain', 'never pass'],
                  ['allow', 'may pass'],
                ]}
                hint="Clients other than our own SDK send such clips."
              />
              {SWITCHES.map(([name, label, hint]) => (
                <Select
                  key={name}
                  label={label}
                  name={name}
                  value={policy[name]}
                  choices={ON_OFF}
                  hint={hint}
                />
              ))}
              <Field
                label="Kept for, hours"
                name="retentionHours"
                type="number"
                min={1}
                max={8760}
                value={policy.retentionHours}
                required
              />
              <Field
                label="Pages that may call the device routes"
                name="allowedOrigins"
                value={policy.allowedOrigins.join(', ')}
                hint="Origins such as https://app.example.com, or * for all."
                required
              />
            </div>
          </fieldset>
        </Form>
      </Section>
      <PolicyVersions />
      <ThresholdSimulator />
    </Page>
  );
}
