import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Value } from '@sinclair/typebox/value';
import { CUES } from './cues/index.js';
import { PolicySchema, type Policy } from './policy-schema.js';

export type { Policy };

/** A policy that cannot be used; the message names the member and what is wrong with it. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/** Path of the policy that ships with the engine. */
export const DEFAULT_POLICY_FILE = fileURLToPath(new URL('../policies/default.json', import.meta.url));

/** Reads and checks a policy file. Throws {@link PolicyError}. */
export function loadPolicy(file: string = DEFAULT_POLICY_FILE): Policy {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new PolicyError(`cannot read the policy ${file} as JSON`, { cause });
  }
  try {
    return checkPolicy(json);
  } catch (error) {
    if (error instanceof PolicyError)
      throw new PolicyError(`the policy ${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Checks a policy: its shape, that thresholds leave room for `uncertain`, and that it fits the engine's cues. */
export function checkPolicy(json: unknown): Policy {
  const fault = Value.Errors(PolicySchema, json).First();
  if (fault) throw new PolicyError(`${fault.path || '/'}: ${fault.message.toLowerCase()}`);
  const policy = Value.Decode(PolicySchema, json);
  for (const [name, { realface, spoofface }] of Object.entries(policy.operatingPoints)) {
    if (!(spoofface.value < realface.value))
      throw new PolicyError(`/operatingPoints/${name}: spoofface must be below realface`);
  }
  for (const [name, row] of Object.entries(policy.cues)) {
    if (!CUES.some((cue) => cue.name === name))
      throw new PolicyError(`/cues/${name}: the engine has no such cue`);
    if (row.weight.value < 0) throw new PolicyError(`/cues/${name}/weight: must not be negative`);
    if (row.maxLlr.value <= 0) throw new PolicyError(`/cues/${name}/maxLlr: must be positive`);
  }
  for (const cue of CUES) {
    const row = policy.cues[cue.name];
    if (!row) throw new PolicyError(`/cues/${cue.name}: missing`);
    for (const name of cue.parameters)
      if (!row.parameters[name]) throw new PolicyError(`/cues/${cue.name}/parameters/${name}: missing`);
  }
  if (!Object.values(policy.cues).some((row) => row.required && row.weight.value > 0))
    throw new PolicyError('/cues: at least one required cue must have a weight');
  return policy;
}

/** Lower-case hex SHA-256 of a policy's content; two of one version may differ in it. */
export function policySha256(policy: Policy): string {
  return createHash('sha256').update(JSON.stringify(policy)).digest('hex');
}
