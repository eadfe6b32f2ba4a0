import { Type, type Static } from '@sinclair/typebox';
import { ROLES, roleOn } from '../people/roles.js';
import type { Person } from '../people/people.js';
import { csrfTokenOf } from '../people/sign-ins.js';
import { acceptedTerms, TERMS_VERSION } from '../terms.js';
import { Choice, NullableText, NullableTime, Time, toNullableTime, toTime } from './app.js';
import type { ManagementParts } from './parts.js';

/** A role as the API prints it. */
export const GrantShape = Type.Object({
  role: Choice(ROLES),
  resource: Type.Union([Type.String(), Type.Null()], {
    description: 'name of the resource; null for the whole installation',
  }),
});

/** A person as the API prints them. */
export const PersonShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Choice(['invited', 'active', 'disabled'] as const),
  roles: Type.Array(GrantShape),
  hasPassword: Type.Boolean(),
  hasCompanyAccount: Type.Boolean(),
  hasOneTimeCodes: Type.Boolean(),
  createdAt: Time,
});

/** Whoever is signed in, and what their pages need to know. */
export const MeShape = Type.Object({
  person: PersonShape,
  csrfToken: Type.String({ description: 'to be sent as x-csrf-token with every change' }),
  highestRole: Type.Union([Choice(ROLES), Type.Null()], { description: 'on the whole installation' }),
  terms: Type.Object({
    version: Type.String({ description: 'the newest' }),
    acceptedVersion: NullableText,
    acceptedAt: NullableTime,
  }),
  owners: Type.Array(Type.String(), { description: 'whom to ask for a role' }),
});

/** Names of the resources that somebody has a role on, by their ids: others do not exist for them. */
export async function resourceNames(
  { resources }: ManagementParts,
  { grants }: Pick<Person, 'grants'>,
): Promise<Map<string, string>> {
  const seen = (await resources.list()).filter(({ id }) => roleOn(grants, id) !== null);
  return new Map(seen.map(({ id, name }) => [id, name]));
}

/** @param names resources that whoever looks has a role on: roles on other ones are left out */
export function toPerson(person: Person, names: ReadonlyMap<string, string>): Static<typeof PersonShape> {
  return {
    id: person.id,
    name: person.name,
    state: person.state,
    roles: person.grants.flatMap(({ role, resourceId }) => {
      const resource = resourceId === null ? null : names.get(resourceId);
      return resource === undefined ? [] : [{ role, resource }];
    }),
    hasPassword: person.hasPassword,
    hasCompanyAccount: person.hasOidc,
    hasOneTimeCodes: person.hasTotp,
    createdAt: toTime(person.createdAtMs),
  };
}

/** @param token the sign-in cookie */
export async function toMe(
  parts: ManagementParts,
  person: Person,
  token: string,
): Promise<Static<typeof MeShape>> {
  const accepted = await acceptedTerms(parts.store, person.id);
  return {
    person: toPerson(person, await resourceNames(parts, person)),
    csrfToken: csrfTokenOf(token),
    highestRole: roleOn(person.grants, null),
    terms: {
      version: TERMS_VERSION,
      acceptedVersion: accepted?.version ?? null,
      acceptedAt: toNullableTime(accepted?.atMs ?? null),
    },
    owners: await parts.people.owners(),
  };
}
