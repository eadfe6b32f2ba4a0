import { createServer } from './server.js';

export { createServer };
export type { FaceServer } from './server.js';
export { DEFAULT_HOST, DEFAULT_PORT, type ServerConfig } from './config.js';
export { openAdministration, type Administration } from './administration.js';
export { backUp, restore } from './backup.js';
export { DataFolderError } from './data-folder.js';
export { rotateMasterKey } from './master-key.js';
export { invitationLink } from './people/index.js';
export { CLIENT_AUTHS, type ClientAuth, type OidcConfig } from './people/oidc.js';
export type { Person, People } from './people/people.js';
export { ROLES, type Role } from './people/roles.js';
export { ServiceError } from './errors.js';
export { ResourceError, type KeySlot, type Resource, type Resources, type Tier } from './resources.js';
export { ResourcePolicy, ResourcePolicyError } from './resource-policy.js';
export { AUDIT_DAYS, type AuditRetention } from './audit-retention.js';
export type { ConsoleCandidate, ConsoleModel, LabConsole, WantedRun } from './lab/console.js';
export type { AuditLogVerdict } from './audit-verification.js';
export {
  AnalysisTimeoutError,
  createAnalysisPool,
  OverloadedError,
  type AnalysisPool,
  type AnalysisPoolOptions,
} from './analysis-pool.js';
export { createTurns, type Turns } from './turns.js';
