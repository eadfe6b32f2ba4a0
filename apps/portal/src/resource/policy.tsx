import { take, type Resource } from '../api.js';
import { Field, Form, Select, textOf } from '../parts/form.js';
import { Page, Section } from '../parts/page.js';
import { RoleNeeded } from '../parts/role-needed.js';
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
  ['sessionImages', 'Session images', 'Kept encrypted, where a session asks for one.'],
  ['clips', 'Clips', 'Kept encrypted, with reference photographs, for whoever looks into a session.'],
  ['abuseMonitoring', 'Abuse monitoring', 'Looks for one face or repeated spoofs over many sessions.'],
  ['rateLimits', 'Rate limits', 'Of the tier.'],
] as const satisfies readonly (readonly [keyof Policy, string, string])[];

/** Members that say how long something is kept, with what else to know. */
const HOURS = [
  ['retentionHours', 'Sessions kept for, hours', 'With their results, calls and everything below.'],
  [
    'sessionImageHours',
    'Session images kept for, hours',
    'At most as long as their session, as the next two.',
  ],
  [
    'templateHours',
    'Face templates kept for, hours',
    'No capture can be compared with a photograph after that.',
  ],
  ['clipHours', 'Clips kept for, hours', 'And reference photographs; where they are kept at all.'],
] as const satisfies readonly (readonly [keyof Policy, string, string])[];

/** Members that are lists, written with spaces between. */
const LISTS = [
  [
    'allowedOrigins',
    'Pages that may call the device routes',
    'Origins such as https://app.example.com, or * for all.',
  ],
  ['callbackUrls', 'Addresses that quick links may lead back to', 'https, or the scheme of an app.'],
  [
    'imageHosts',
    'Hosts that /detect may fetch pictures from',
    'Such as https://cdn.example.com; none as long as it is empty.',
  ],
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
      light: textOf(fields, 'light'),
      ...Object.fromEntries(HOURS.map(([name]) => [name, Number(textOf(fields, name))])),
      brandName: textOf(fields, 'brandName'),
      brandColor: textOf(fields, 'brandColor'),
      ...Object.fromEntries(LISTS.map(([name]) => [name, listOf(textOf(fields, name))])),
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
        {!mayChange && <RoleNeeded to="change it" />}
        <Form action={save} submit={mayChange ? 'Save' : null}>
          <fieldset disabled={!mayChange} class="plain">
            <legend class="hidden">Policy</legend>
            <div class="row">
              <Select
                label="Operating point"
                name="operatingPoint"
                value={policy.operatingPoint}
                choices={[
                  ['strict', 'strict'],
                  ['balanced', 'balanced'],
                  ['convenience', 'convenience'],
                ]}
                hint="strict: fewer attacks pass, and more people must try again; convenience: the other way round."
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
              <Select
                label="Coloured light"
                name="light"
                value={policy.light}
                choices={[
                  ['on', 'on, may be declined'],
                  ['required', 'required'],
                  ['off', 'off'],
                ]}
                hint="The screen shows colours in challenges. Required, whoever declines it is refused, and no clip without a challenge passes."
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
              {HOURS.map(([name, label, hint]) => (
                <Field
                  key={name}
                  label={label}
                  name={name}
                  type="number"
                  min={1}
                  max={8760}
                  value={policy[name]}
                  required
                  hint={hint}
                />
              ))}
              {LISTS.map(([name, label, hint]) => (
                <Field key={name} label={label} name={name} value={policy[name].join(' ')} hint={hint} />
              ))}
              <Field label="Name on quick links" name="brandName" value={policy.brandName} maxLength={60} />
              <Field
                label="Colour of quick links"
                name="brandColor"
                value={policy.brandColor}
                pattern="#[0-9a-fA-F]{6}"
                hint="#rrggbb, or nothing."
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

function listOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '');
}
