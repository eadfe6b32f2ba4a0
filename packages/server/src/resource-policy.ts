import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

const Switch = (on: boolean, description: string) =>
  Type.Union([Type.Literal('on'), Type.Literal('off')], { default: on ? 'on' : 'off', description });

/** Empty for none. */
const CandidateId = (description: string) =>
  Type.String({ pattern: '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$', default: '', description });

/** Whole hours, up to a year. */
const Hours = (hours: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 24 * 365, default: hours, description });

/** What the operator decides for one resource; `bonafide policy set NAME key=value` changes a member. */
export const ResourcePolicy = Type.Object(
  {
    operatingPoint: Type.Union(
      [Type.Literal('strict'), Type.Literal('balanced'), Type.Literal('convenience')],
      { default: 'balanced', description: 'thresholds of the decision policy' },
    ),
    decisionPolicy: CandidateId('candidate of the lab that decides; none for the installed decision policy'),
    shadowPolicy: CandidateId('candidate of the lab that scores live sessions without deciding'),
    shadowModel: Switch(
      false,
      'other weights, where the service has some, score live sessions without deciding',
    ),
    unboundClips: Type.Union([Type.Literal('allow'), Type.Literal('uncertain')], {
      default: 'uncertain',
      description: 'whether a clip without a challenge transcript may be called realface',
    }),
    light: Type.Union([Type.Literal('on'), Type.Literal('off'), Type.Literal('required')], {
      default: 'on',
      description: 'coloured light in challenges; a person may decline it unless it is required',
    }),
    sessionImages: Switch(true, 'session images, where the session asks for them'),
    clips: Switch(false, 'keeps clips and reference photographs, for whoever looks into a session'),
    recognition: Switch(true, 'comparison of faces, once an Owner has approved it for the resource'),
    recognitionPurpose: Type.String({
      maxLength: 200,
      default: '',
      description: 'what faces are compared for, as it was applied for',
    }),
    abuseMonitoring: Switch(true, 'looks for the same face or repeated spoofs over many sessions'),
    rateLimits: Switch(true, 'limits of the tier'),
    retentionHours: Hours(48, 'how long a session with its result and everything else of it is kept'),
    clipHours: Hours(
      24,
      'how long clips and reference photographs are kept, at most as long as their session',
    ),
    sessionImageHours: Hours(48, 'how long session images are kept, at most as long as their session'),
    templateHours: Hours(48, 'how long templates of faces are kept, at most as long as their session'),
    // Apps with a web view have schemes of their own: capacitor://localhost.
    allowedOrigins: Type.Array(Type.String({ pattern: '^(\\*|[a-z][a-z0-9+.-]*://[^/\\s,]+)$' }), {
      maxItems: 100,
      default: ['*'],
      description:
        'origins of pages that may call the device routes (https://app.example.com, capacitor://localhost), or *',
    }),
    callbackUrls: Type.Array(
      Type.String({
        // Web addresses, and schemes of apps, which have a dot in them (RFC 8252, 7.1).
        pattern:
          '^(https://|http://(localhost|127\\.0\\.0\\.1)(?=[:/]|$)|[a-z][a-z0-9-]*(\\.[a-z0-9-]+)+://)[^\\s,]*$',
      }),
      { maxItems: 100, default: [], description: 'addresses that a quick link may lead back to' },
    ),
    brandName: Type.String({ maxLength: 60, default: '', description: 'name on the page of a quick link' }),
    brandColor: Type.String({
      pattern: '^(#[0-9a-fA-F]{6})?$',
      default: '',
      description: 'colour of the page of a quick link, #rrggbb',
    }),
    imageHosts: Type.Array(Type.String({ pattern: '^(https?://[^/\\s,@]+|[0-9a-fA-F.:]+(/\\d{1,3})?)$' }), {
      maxItems: 100,
      default: [],
      description:
        'hosts that /detect may fetch images from (https://cdn.example.com), and private addresses or ranges among theirs',
    }),
  },
  { additionalProperties: false },
);
export type ResourcePolicy = Static<typeof ResourcePolicy>;

/** A policy member that is unknown or has a value it cannot have; the message says what it can be. */
export class ResourcePolicyError extends Error {
  override readonly name = 'ResourcePolicyError';
}

/** The policy of the first start's resource: made for trying things out, and said so at every start. */
export const DEVELOPMENT_POLICY: Partial<ResourcePolicy> = {
  unboundClips: 'allow',
  rateLimits: 'off',
  abuseMonitoring: 'off',
};

/** Whether a clip without a challenge may be called realface: not where light is required, which such a clip never shows. */
export function allowsUnbound({ unboundClips, light }: ResourcePolicy): boolean {
  return unboundClips === 'allow' && light !== 'required';
}

/** Which member says how long something is kept. */
const HOURS_OF = {
  session: 'retentionHours',
  clip: 'clipHours',
  sessionImage: 'sessionImageHours',
  template: 'templateHours',
} as const satisfies Record<string, keyof ResourcePolicy>;

/** The time, ms, that everything of a kind must have come after to be there still. */
export function keptAfterMs(policy: ResourcePolicy, kind: keyof typeof HOURS_OF, nowMs: number): number {
  return nowMs - policy[HOURS_OF[kind]] * 3_600_000;
}

/**
 * Fills what is left out with the defaults; images and templates were kept as long as their session before they had members
 * of their own. @throws ResourcePolicyError
 */
export function completePolicy(policy: object): ResourcePolicy {
  const { retentionHours: hours } = { retentionHours: 48, ...policy };
  const complete: unknown = Value.Default(ResourcePolicy, {
    sessionImageHours: hours,
    templateHours: hours,
    ...policy,
  });
  if (Value.Check(ResourcePolicy, complete)) return complete;
  const fault = Value.Errors(ResourcePolicy, complete).First();
  throw new ResourcePolicyError(`${fault?.path.slice(1) ?? 'policy'}: ${fault?.message ?? 'not a policy'}`);
}

/** Reads `key=value` as typed on a command line; lists are separated by commas. @throws ResourcePolicyError */
export function readPolicyAssignment(text: string): Partial<ResourcePolicy> {
  const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const schema: TSchema | undefined = Object.entries<TSchema>(ResourcePolicy.properties).find(
    ([name]) => name === key,
  )?.[1];
  if (!schema) {
    const known = Object.keys(ResourcePolicy.properties).join(', ');
    throw new ResourcePolicyError(`${JSON.stringify(text)}: expected key=value with one of ${known}`);
  }
  const typed =
    schema['type'] === 'array'
      ? value.split(',').filter(Boolean)
      : schema['type'] === 'integer'
        ? Number(value)
        : value;
  if (!Value.Check(schema, typed))
    throw new ResourcePolicyError(`${key}: ${JSON.stringify(value)} is none of ${describe(schema)}`);
  return { [key]: typed };
}

function describe(schema: TSchema): string {
  const options: unknown = schema['anyOf'];
  if (Array.isArray(options)) return options.map((option: TSchema) => String(option['const'])).join(', ');
  if (schema['type'] === 'integer') return `the whole numbers ${schema['minimum']} to ${schema['maximum']}`;
  if (schema['type'] === 'array') return `the lists of ${schema.description}`;
  if (schema['pattern'] !== undefined) return `the values for the ${schema.description}`;
  return `the texts up to ${schema['maxLength']} characters`;
}
