import type { Engine, Policy } from '@bonafide/engine';
import type { Candidates } from '../candidates.js';
import type { AuditRetention } from '../audit-retention.js';
import type { AuditLogVerdict } from '../audit-verification.js';
import type { Clock } from '../clock.js';
import type { CallLimits } from '../http/call-limits.js';
import type { KeptFiles } from '../kept-files.js';
import type { Accounts } from '../people/index.js';
import type { PersonalData } from '../personal-data.js';
import type { ModelCandidates, ShadowWeights } from '../model-candidates.js';
import type { MovedCandidates } from '../lab/moved-thresholds.js';
import type { Presentations } from '../lab/presentations.js';
import type { Recording } from '../lab/recording.js';
import type { RunQueue } from '../lab/run-queue.js';
import type { Runs } from '../lab/runs.js';
import type { QuickLinks } from '../quick-link/links.js';
import type { Recognition } from '../recognition.js';
import type { Resources } from '../resources.js';
import type { Sessions } from '../sessions.js';
import type { Shadow } from '../shadow.js';
import type { Store } from '../store/sqlite.js';
import type { Webhooks } from '../webhooks/webhooks.js';
import type { Access } from './access.js';

/** What the routes of the management API work with. */
export interface Management extends Accounts {
  store: Store;
  resources: Resources;
  sessions: Sessions;
  recognition: Recognition;
  keptFiles: KeptFiles;
  engine: Pick<Engine, 'pictures'>;
  auditRetention: AuditRetention;
  verifyAuditLog(): Promise<AuditLogVerdict>;
  personalData: PersonalData;
  webhooks: Webhooks;
  presentations: Presentations;
  recording: Pick<Recording, 'plan'>;
  runs: Runs;
  runQueue: RunQueue;
  candidates: Candidates;
  models: ModelCandidates;
  /** What the service scores with in the shadow, where it has other weights. */
  shadowWeights: ShadowWeights | null;
  moveThresholds: MovedCandidates;
  shadow: Shadow;
  /** The installed decision policy. */
  installed: Policy;
  links: QuickLinks;
  limits: CallLimits;
  endpoint: () => string;
  clock: Clock;
}

/** {@link Management} and who may do what with it. */
export type ManagementParts = Management & { access: Access };

export const MANAGEMENT_PREFIX = '/management/v1';
