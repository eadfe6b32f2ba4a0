import { checkHost } from './http/outgoing.js';
import type { RecognitionState } from './recognition.js';
import { ResourcePolicyError, type ResourcePolicy } from './resource-policy.js';

// What a change of a policy may not do, whichever values its members may have. Each throws ResourcePolicyError.

/** Recognition can be switched off and on again by the policy, but is opened by an application alone. */
export function checkRecognition(
  changed: Partial<ResourcePolicy>,
  { recognition, policy }: { recognition: RecognitionState; policy: ResourcePolicy },
): void {
  if (changed.recognition === 'on' && recognition !== 'approved')
    throw new ResourcePolicyError(
      `recognition: ${recognition === 'none' ? 'not applied for yet' : recognition}; apply for it, and an Owner approves it`,
    );
  const { recognitionPurpose = policy.recognitionPurpose } = changed;
  if (recognitionPurpose !== policy.recognitionPurpose)
    throw new ResourcePolicyError('recognitionPurpose: another purpose needs another application');
}

/** Which addresses of the own network images are fetched from is the matter of whoever works on the machine. */
export function checkImageHosts(
  { imageHosts = [] }: Partial<ResourcePolicy>,
  present: readonly string[],
): void {
  const own = imageHosts.find((host) => !present.includes(host) && !isWebHost(host));
  if (own !== undefined)
    throw new ResourcePolicyError(
      `imageHosts: ${own} is not a public host; addresses and ranges are listed on the machine itself, by bonafide policy set`,
    );
}

/** An origin that is no address outside of the public ones; what its name stands for is checked when it is called. */
function isWebHost(host: string): boolean {
  try {
    checkHost(new URL(host), []);
    return host.startsWith('http');
  } catch {
    return false;
  }
}
