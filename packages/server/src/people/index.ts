import type { Clock, Random } from '../clock.js';
import type { Store } from '../store/sqlite.js';
import type { Vault } from '../vault.js';
import { createLockOut, type LockOut } from './lock-out.js';
import { createOidc, type Oidc, type OidcConfig } from './oidc.js';
import { createPasswords, type ScryptCost } from './passwords.js';
import { createPeople, type People } from './people.js';
import { createSecondFactor, type SecondFactor } from './second-factor.js';
import { createSignIns, type SignIns } from './sign-ins.js';

/** Who may use the portal, and how they come in. */
export interface Accounts {
  people: People;
  signIns: SignIns;
  lockOut: LockOut;
  secondFactor: SecondFactor;
  /** null where no provider is set up. */
  oidc: Oidc | null;
}

export function createAccounts(parts: {
  store: Store;
  vault: Vault;
  clock: Clock;
  random: Random;
  oidc?: OidcConfig | undefined;
  passwordCost?: ScryptCost | undefined;
}): Accounts {
  const passwords = createPasswords({ cost: parts.passwordCost, random: parts.random });
  const people = createPeople({ ...parts, passwords });
  return {
    people,
    signIns: createSignIns({ ...parts, people }),
    lockOut: createLockOut(parts),
    secondFactor: createSecondFactor(parts),
    oidc: parts.oidc ? createOidc(parts.oidc, parts) : null,
  };
}

/** The page of the portal where a one-time link leads. What follows # never leaves the browser by itself. */
export function invitationLink(endpoint: string, token: string): string {
  return `${endpoint}/portal/invitation#${token}`;
}
