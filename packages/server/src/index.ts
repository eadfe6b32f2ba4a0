import { createServer } from './server.js';

export { createServer };
export type { FaceServer } from './server.js';
export { DEFAULT_HOST, DEFAULT_PORT, type ServerConfig } from './config.js';
export { openAdministration, type Administration } from './administration.js';
export { DataFolderError } from './data-folder.js';
export { ResourceError, type KeySlot, type Resource, type Resources, type Tier } from './resources.js';
export { ResourcePolicy, ResourcePolicyError } from './resource-policy.js';
export type { AuditLogVerdict } from './audit-log.js';
export {
  AnalysisTimeoutError,
  createAnalysisPool,
  OverloadedError,
  type AnalysisPool,
  type AnalysisPoolOptions,
} from './analysis-pool.js';
