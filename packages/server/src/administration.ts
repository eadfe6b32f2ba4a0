import { randomBytes } from 'node:crypto';
import { createAuditRetention, type AuditRetention } from './audit-retention.js';
import { verifyAuditLog, type AuditLogVerdict } from './audit-verification.js';
import type { Clock, Random } from './clock.js';
import { DEFAULT_HOST, DEFAULT_PORT } from './config.js';
import { isHeld, lockDataFolder, openDataFolder } from './data-folder.js';
import { createKeptFiles } from './kept-files.js';
import { createAccounts } from './people/index.js';
import type { People } from './people/people.js';
import { createLabConsole, type LabConsole } from './lab/console.js';
import { createPersonalData, type HeldData } from './personal-data.js';
import { createRecognition, type Recognition } from './recognition.js';
import { createResources, type Resources } from './resources.js';
import { openSigningKeys } from './signing-keys.js';
import { createWebhooks, type Webhooks } from './webhooks/webhooks.js';

/** What commands do with a data folder, beside a running service or without one. */
export interface Administration {
  resources: Resources;
  people: People;
  recognition: Recognition;
  webhooks: Webhooks;
  lab: LabConsole;
  auditRetention: AuditRetention;
  /** Where the service was reached when it last started; the default address before its first start. */
  endpoint(): Promise<string>;
  /** Whether a service runs on the folder. */
  isServed(): boolean;
  /** Makes a new signing key for tokens; tokens of the last one stay valid until they expire. Returns its id. */
  rotateSigningKey(): Promise<string>;
  /** All that a resource holds on somebody, by the user's correlation id. @throws ResourceError */
  exportPerson(resource: string, userCorrelationId: string): Promise<HeldData>;
  /**
   * Removes every session of somebody; returns how many there were.
   * @throws ResourceError
   * @throws DataFolderError while a service runs on the folder: it may remember the face, and must be asked itself
   */
  erasePerson(resource: string, userCorrelationId: string): Promise<number>;
  /** @param kept the head of an earlier verification, which the log must still contain */
  verifyAuditLog(kept?: string): Promise<AuditLogVerdict>;
  close(): Promise<void>;
}

/** Opens a data folder for administration. @throws DataFolderError */
export async function openAdministration(
  dataDir: string,
  { clock = Date.now, random = randomBytes as Random }: { clock?: Clock; random?: Random } = {},
): Promise<Administration> {
  const folder = await openDataFolder(dataDir, { random });
  const { store, vault } = folder;
  const resources = createResources(store, vault, { clock, random });
  const keptFiles = createKeptFiles({ store, vault, clock });
  const personalData = createPersonalData({ store, vault, keptFiles, clock });
  return {
    resources,
    people: createAccounts({ store, vault, clock, random }).people,
    recognition: createRecognition({ store, clock }),
    // Addresses are checked where they are called, by the service with its own list.
    webhooks: createWebhooks({ store, vault, clock, random, allowed: ['0.0.0.0/0', '::/0'] }),
    lab: createLabConsole({ store, vault, resources, clock, random, by: 'console' }),
    isServed: () => isHeld(dataDir),
    auditRetention: createAuditRetention({ store, vault, clock }),
    async endpoint() {
      const row = await store
        .selectFrom('settings')
        .select('value')
        .where('key', '=', 'endpoint')
        .executeTakeFirst();
      return row?.value ?? `http://${DEFAULT_HOST}:${DEFAULT_PORT}`;
    },
    rotateSigningKey: async () => (await openSigningKeys(store, vault, { clock, random })).rotate(),
    exportPerson: async (resource, userCorrelationId) =>
      personalData.export(await resources.get(resource), userCorrelationId, 'console'),
    async erasePerson(resource, userCorrelationId) {
      const unlock = lockDataFolder(dataDir);
      try {
        return await personalData.erase(await resources.get(resource), userCorrelationId, 'console');
      } finally {
        unlock();
      }
    },
    verifyAuditLog: (kept) => verifyAuditLog(store, vault, kept),
    close: () => folder.close(),
  };
}
