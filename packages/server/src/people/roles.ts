import type { RoleGrantRow } from '../store/schema.js';

/** What somebody is, on the whole installation or on one resource. */
export type Role = RoleGrantRow['role'];

/** Highest first; each may do all that those after it may. */
export const ROLES = ['Owner', 'Contributor', 'Reader'] as const satisfies readonly Role[];

/** A role and what it holds for. */
export interface Grant {
  role: Role;
  /** null for the whole installation. */
  resourceId: string | null;
}

/** The least role for everything that can be done; docs/people.md prints the same table, and a test compares them. */
export const PERMISSIONS = {
  'see resources, policies, sessions, usage and the audit log': 'Reader',
  'see evidence, clips, images and the log of one session': 'Contributor',
  'show and regenerate keys': 'Contributor',
  'create, change and delete resources': 'Contributor',
  'delete sessions, export and erase what is held on a person': 'Contributor',
  'apply for recognition': 'Contributor',
  'set up webhooks': 'Contributor',
  'record, see, correct, delete and export presentations of the lab': 'Contributor',
  'measure and calibrate on the lab': 'Contributor',
  'grant roles on a resource': 'Owner',
  'invite, reset, disable and remove people': 'Owner',
  'decide on recognition': 'Owner',
  'set how long the audit log is kept': 'Owner',
} as const satisfies Record<string, Role>;
export type Permission = keyof typeof PERMISSIONS;

/** The highest role that somebody has on a resource, or on the installation where that is null. */
export function roleOn(grants: readonly Grant[], resourceId: string | null): Role | null {
  const held = grants.filter((grant) => grant.resourceId === null || grant.resourceId === resourceId);
  return ROLES.find((role) => held.some((grant) => grant.role === role)) ?? null;
}

/** Whether somebody may do something on a resource, or on the installation where that is null. */
export function may(grants: readonly Grant[], permission: Permission, resourceId: string | null): boolean {
  const role = roleOn(grants, resourceId);
  return role !== null && ROLES.indexOf(role) <= ROLES.indexOf(PERMISSIONS[permission]);
}
