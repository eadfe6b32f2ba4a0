import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import {
  CamelCasePlugin,
  CompiledQuery,
  Kysely,
  Migrator,
  sql,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type Migration,
  type Transaction,
} from 'kysely';
import { MIGRATIONS } from './migrations/index.js';
import type { Schema } from './schema.js';

/** The store, by Kysely; other dialects take the same queries and migrations. */
export type Store = Kysely<Schema>;
/** A transaction of the store: all of it happens, or nothing. */
export type StoreTransaction = Transaction<Schema>;

/** Another process holds the write lock for moments only; ms. */
const BUSY_TIMEOUT_MS = 5_000;
/** Statements that are kept ready; the service has fewer, unless lists of many lengths are asked for. */
const MAX_PREPARED = 500;

/** Opens the database file (made when missing) and upgrades it in place to the newest schema. */
export async function openSqlite(file: string, migrations = MIGRATIONS): Promise<Store> {
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  // What was acknowledged survives a power cut: every commit reaches the disk.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // Deleted templates do not linger in free pages.
  database.pragma('secure_delete = ON');
  const store = new Kysely<Schema>({
    dialect: new ImmediateSqliteDialect(database),
    plugins: [new CamelCasePlugin()],
  });
  try {
    await migrate(store, migrations);
  } catch (error) {
    await store.destroy();
    throw error;
  }
  return store;
}

/**
 * Writes SQLite's log into the store and empties it, so that what was deleted is in neither of both files. Where another
 * process reads the store just now, the log stays, and another call empties it.
 */
export async function emptyLog(store: Store): Promise<void> {
  await store.connection().execute(async (db) => {
    // Nothing waits for readers here: it would hold everything else up.
    await sql`pragma busy_timeout = 0`.execute(db);
    try {
      await sql`pragma wal_checkpoint(truncate)`.execute(db);
    } finally {
      await sql.raw(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`).execute(db);
    }
  });
}

/** Whether an error says that nothing more can be written, because the disk is full. */
export function isStoreFull(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isStoreFull);
  return error instanceof Database.SqliteError && error.code === 'SQLITE_FULL';
}

async function migrate(store: Store, migrations: Record<string, Migration>): Promise<void> {
  const migrator = new Migrator({
    db: store,
    provider: { getMigrations: async () => migrations },
    // Numbers are given out when work begins, and a folder may have seen a later one first.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

/** Transactions take the write lock at once: one that reads first and writes later could find it taken and fail. */
class ImmediateSqliteDialect extends SqliteDialect {
  constructor(private readonly database: Database.Database) {
    super({ database });
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.database);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** SQLite changes schemas in transactions: an upgrade that is cut off leaves the store as it was. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  constructor(private readonly database: Database.Database) {
    super({ database: { prepare: prepareOnce(database), close: () => database.close() } });
  }

  /** Commits wait for the disk: each transaction has a turn of the event loop to itself, and others get theirs between. */
  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    await setImmediate();
    return connection;
  }

  /** SQLite itself has rolled back where the disk was full; a second rollback would fail and hide why. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.database.inTransaction) await super.rollbackTransaction(connection);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** Prepares each statement when it first comes; the longest unused makes room. */
function prepareOnce(database: Database.Database): (sql: string) => Database.Statement<unknown[]> {
  const prepared = new Map<string, Database.Statement<unknown[]>>();
  return (sql) => {
    const statement = prepared.get(sql) ?? database.prepare<unknown[]>(sql);
    prepared.delete(sql);
    prepared.set(sql, statement);
    const [oldest] = prepared.keys();
    if (prepared.size > MAX_PREPARED && oldest !== undefined) prepared.delete(oldest);
    return statement;
  };
}
