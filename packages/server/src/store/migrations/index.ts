import type { Migration } from 'kysely';
import * as sessions from './0001-sessions.js';
import * as auditLog from './0002-audit-log.js';
import * as imagesAndFaces from './0003-images-and-faces.js';
import * as abuse from './0004-abuse.js';
import * as quickLinks from './0005-quick-links.js';
import * as people from './0006-people.js';
import * as webhooks from './0007-webhooks-and-policy-versions.js';
import * as lab from './0008-lab.js';
import * as keptByKind from './0009-kept-by-kind.js';
import * as labRuns from './0010-lab-runs.js';
import * as candidates from './0011-candidates.js';
import * as manySessions from './0012-many-sessions.js';
import * as auditRetention from './0013-audit-retention.js';
import * as shadowModels from './0014-shadow-models.js';

/** Every migration by its number; a released one is never changed, a new one is added below. */
export const MIGRATIONS: Record<string, Migration> = {
  '0001-sessions': sessions,
  '0002-audit-log': auditLog,
  '0003-images-and-faces': imagesAndFaces,
  '0004-abuse': abuse,
  '0005-quick-links': quickLinks,
  '0006-people': people,
  '0007-webhooks-and-policy-versions': webhooks,
  '0008-lab': lab,
  '0009-kept-by-kind': keptByKind,
  '0010-lab-runs': labRuns,
  '0011-candidates': candidates,
  '0012-many-sessions': manySessions,
  '0013-audit-retention': auditRetention,
  '0014-shadow-models': shadowModels,
};
