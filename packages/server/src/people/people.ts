import type { AuditEvent } from '../audit-log.js';
import { appendAuditLog } from '../audit-log.js';
import { newUuid, type Clock, type Random } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { PersonRow } from '../store/schema.js';
import type { Store, StoreTransaction } from '../store/sqlite.js';
import type { OidcIdentity } from './oidc.js';
import { freeName, keyOf, readName } from './names.js';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, type Passwords } from './passwords.js';
import type { Grant } from './roles.js';
import { hashToken, newToken } from './secrets.js';

/** Somebody who may use the portal, with the roles that they hold. */
export interface Person {
  id: string;
  name: string;
  grants: Grant[];
  /** `invited` has not joined yet. */
  state: 'invited' | 'active' | 'disabled';
  /** How this person signs in. */
  hasPassword: boolean;
  hasOidc: boolean;
  hasTotp: boolean;
  createdAtMs: number;
}

/** How long a one-time link is good for. */
const INVITATION_MS = 3 * 24 * 3_600_000;
/** Of the person whom the first start invites, until they choose one. */
const FIRST_OWNER = 'owner';

/** Who may use the portal: accounts, invitations and roles. Everything that changes them is audited under the name of `by`. */
export type People = ReturnType<typeof createPeople>;

export function createPeople(parts: { store: Store; passwords: Passwords; clock: Clock; random: Random }) {
  const { store, passwords, clock, random } = parts;
  const transaction = <T>(work: (db: StoreTransaction) => Promise<T>) => store.transaction().execute(work);
  const log = (
    db: StoreTransaction,
    event: AuditEvent['event'],
    facts: AuditEvent['facts'],
    resourceId: string | null = null,
  ) => appendAuditLog(db, clock(), { event, resourceId, facts });

  async function load(db: Store | StoreTransaction, id: string): Promise<Person | null> {
    const row = await db.selectFrom('people').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? withGrants(db, row) : null;
  }

  async function get(db: Store | StoreTransaction, id: string): Promise<Person> {
    const person = await load(db, id);
    if (!person) throw new ServiceError('UnknownName', { message: 'There is no such person.' });
    return person;
  }

  async function rowByName(db: Store | StoreTransaction, name: string): Promise<PersonRow | undefined> {
    return db.selectFrom('people').selectAll().where('nameKey', '=', keyOf(name)).executeTakeFirst();
  }

  async function insert(db: StoreTransaction, wanted: string, values: Partial<PersonRow>): Promise<string> {
    const name = readName(wanted);
    if (await rowByName(db, name))
      throw new ServiceError('NameTaken', { message: `There is a person named ${name} already.` });
    const id = newUuid(random);
    await db
      .insertInto('people')
      .values({
        id,
        name,
        nameKey: keyOf(name),
        password: null,
        totp: null,
        totpConfirmed: 0,
        totpLastStep: 0,
        oidcSubject: null,
        disabled: 0,
        createdAtMs: clock(),
        ...values,
      })
      .execute();
    return id;
  }

  /** A fresh link; the last one of the same person is void. */
  async function writeInvitation(db: StoreTransaction, personId: string): Promise<string> {
    const token = newToken(random);
    await db.deleteFrom('invitations').where('personId', '=', personId).execute();
    await db
      .insertInto('invitations')
      .values({ hash: hashToken(token), personId, expiresAtMs: clock() + INVITATION_MS })
      .execute();
    return token;
  }

  async function setGrant(db: StoreTransaction, personId: string, grant: Grant): Promise<void> {
    await removeGrant(db, personId, grant.resourceId);
    await db
      .insertInto('roleGrants')
      .values({ ...grant, personId })
      .execute();
  }

  async function removeGrant(db: StoreTransaction, personId: string, resourceId: string | null) {
    return db
      .deleteFrom('roleGrants')
      .where('personId', '=', personId)
      .where('resourceId', resourceId === null ? 'is' : '=', resourceId)
      .executeTakeFirst();
  }

  /** Refuses, by undoing its transaction, what would leave an installation that has an Owner without one. */
  async function keepsAnOwner<T>(db: StoreTransaction, work: () => Promise<T>): Promise<T> {
    const before = await countOwners(db);
    const result = await work();
    if (before > 0 && (await countOwners(db)) === 0) throw new ServiceError('LastOwner');
    return result;
  }

  /** The person whom a link is for. */
  async function invited(db: Store | StoreTransaction, token: string): Promise<Person> {
    const row = await db
      .selectFrom('invitations')
      .innerJoin('people', 'people.id', 'invitations.personId')
      .selectAll('people')
      .where('invitations.hash', '=', hashToken(token))
      .where('invitations.expiresAtMs', '>', clock())
      .where('people.disabled', '=', 0)
      .executeTakeFirst();
    if (!row) throw new ServiceError('InvitationInvalid');
    return withGrants(db, row);
  }

  /** Uses a link up; whoever was signed in as this person, with a password that may be known to others, is so no more. */
  async function useInvitation(db: StoreTransaction, person: Person, values: Partial<PersonRow>) {
    await db.deleteFrom('invitations').where('personId', '=', person.id).execute();
    await db.deleteFrom('signIns').where('personId', '=', person.id).execute();
    await db.updateTable('people').set(values).where('id', '=', person.id).execute();
    await log(db, 'person.joined', { person: values.name ?? person.name });
    return get(db, person.id);
  }

  async function rename(db: StoreTransaction, person: Person, wanted: string | undefined) {
    if (wanted === undefined) return {};
    const name = readName(wanted);
    const other = await rowByName(db, name);
    if (other && other.id !== person.id)
      throw new ServiceError('NameTaken', { message: `There is a person named ${name} already.` });
    return { name, nameKey: keyOf(name) };
  }

  return {
    find: (id: string) => load(store, id),

    /** @throws ServiceError `UnknownName` */
    get: (id: string) => get(store, id),

    /** @throws ServiceError `UnknownName` */
    async getByName(name: string): Promise<Person> {
      const row = await rowByName(store, name);
      if (!row) throw new ServiceError('UnknownName', { message: `There is no person named ${name}.` });
      return withGrants(store, row);
    },

    async list(): Promise<Person[]> {
      const rows = await store.selectFrom('people').selectAll().orderBy('nameKey').execute();
      return Promise.all(rows.map((row) => withGrants(store, row)));
    },

    /** Adds a person; the token is for a link that is good once. @throws ServiceError `NameTaken` */
    invite: (wanted: { name: string; grant: Grant | null }, by: string) =>
      transaction(async (db) => {
        const id = await insert(db, wanted.name, {});
        if (wanted.grant) await setGrant(db, id, wanted.grant);
        const token = await writeInvitation(db, id);
        await log(db, 'person.invited', { person: readName(wanted.name), by, ...grantFacts(wanted.grant) });
        return { person: await get(db, id), token };
      }),

    /** A new link for somebody who lost the first one or a password; what they sign in with stays until it is used. */
    reset: (id: string, by: string) =>
      transaction(async (db) => {
        const person = await get(db, id);
        if (person.state === 'disabled')
          throw new ServiceError('NotPossible', { message: `${person.name} is disabled.` });
        await log(db, 'person.reset', { person: person.name, by });
        return { person, token: await writeInvitation(db, id) };
      }),

    /** Whom a link is for. @throws ServiceError `InvitationInvalid` */
    invited: (token: string) => invited(store, token),

    /**
     * Joins by a link: sets the password and, where given, another name. One-time codes that were set up are asked for no
     * more, since a lost telephone is what links are for.
     * @throws ServiceError `InvitationInvalid`, `InvalidRequestBody`, `NameTaken`
     */
    async join(token: string, wanted: { name?: string | undefined; password: string }): Promise<Person> {
      await invited(store, token);
      const password = await passwords.hash(readPassword(wanted.password));
      return transaction(async (db) => {
        const person = await invited(db, token);
        await db.deleteFrom('recoveryCodes').where('personId', '=', person.id).execute();
        const renamed = await rename(db, person, wanted.name);
        return useInvitation(db, person, { ...renamed, password, totp: null, totpConfirmed: 0 });
      });
    },

    /** Joins by a link with the company's account instead of a password. @throws ServiceError `InvitationInvalid`, `NotPossible` */
    joinWith: (token: string, identity: OidcIdentity) =>
      transaction(async (db) => {
        const person = await invited(db, token);
        const oidcSubject = subjectOf(identity);
        const other = await db
          .selectFrom('people')
          .select('id')
          .where('oidcSubject', '=', oidcSubject)
          .executeTakeFirst();
        if (other && other.id !== person.id)
          throw new ServiceError('NotPossible', { message: 'This account belongs to another person here.' });
        return useInvitation(db, person, { oidcSubject });
      }),

    /** The person of a company's account; one who comes for the first time is added, and has no role until an Owner grants one. */
    fromOidc: (identity: OidcIdentity) =>
      transaction(async (db) => {
        const oidcSubject = subjectOf(identity);
        const known = await db
          .selectFrom('people')
          .select('id')
          .where('oidcSubject', '=', oidcSubject)
          .executeTakeFirst();
        if (known) return get(db, known.id);
        const name = await freeName(identity.name, async (wanted) => !(await rowByName(db, wanted)));
        const id = await insert(db, name, { oidcSubject });
        await log(db, 'person.joined', { person: name });
        return get(db, id);
      }),

    /** The row of a name and whether the password is its. Takes as long for a name that nobody has. */
    async checkPassword(name: string, password: string): Promise<Person | null> {
      const row = await rowByName(store, name);
      const right = await passwords.matches(password, row?.password ?? null);
      return row && right && row.disabled === 0 ? withGrants(store, row) : null;
    },

    /** Sets a person's own password. @throws ServiceError `InvalidRequestBody` */
    async setPassword(id: string, wanted: string): Promise<void> {
      const password = await passwords.hash(readPassword(wanted));
      await transaction(async (db) => {
        const { name } = await get(db, id);
        await db.updateTable('people').set({ password }).where('id', '=', id).execute();
        await log(db, 'person.changed', { person: name, by: name, what: 'password' });
      });
    },

    /** Gives or changes the role on the installation or a resource. @throws ServiceError `LastOwner` */
    grant: (id: string, grant: Grant, by: string) =>
      transaction(async (db) => {
        const person = await get(db, id);
        await keepsAnOwner(db, () => setGrant(db, id, grant));
        await log(db, 'role.granted', { person: person.name, by, ...grantFacts(grant) }, grant.resourceId);
        return get(db, id);
      }),

    /** Takes the role on the installation or a resource away. @throws ServiceError `LastOwner`, `UnknownName` */
    revoke: (id: string, resourceId: string | null, by: string) =>
      transaction(async (db) => {
        const person = await get(db, id);
        const { numDeletedRows } = await keepsAnOwner(db, () => removeGrant(db, id, resourceId));
        if (numDeletedRows === 0n)
          throw new ServiceError('UnknownName', { message: `${person.name} has no role there.` });
        await log(db, 'role.revoked', { person: person.name, by }, resourceId);
        return get(db, id);
      }),

    /** Locks a person out, at once, or lets them in again. @throws ServiceError `LastOwner` */
    setDisabled: (id: string, disabled: boolean, by: string) =>
      transaction(async (db) => {
        const person = await get(db, id);
        await keepsAnOwner(db, () =>
          db
            .updateTable('people')
            .set({ disabled: disabled ? 1 : 0 })
            .where('id', '=', id)
            .execute(),
        );
        await db.deleteFrom('signIns').where('personId', '=', id).execute();
        await db.deleteFrom('invitations').where('personId', '=', id).execute();
        await log(db, 'person.changed', {
          person: person.name,
          by,
          what: disabled ? 'disabled' : 'enabled',
        });
        return get(db, id);
      }),

    /** @throws ServiceError `LastOwner` */
    remove: (id: string, by: string) =>
      transaction(async (db) => {
        const person = await get(db, id);
        await keepsAnOwner(db, () => db.deleteFrom('people').where('id', '=', id).execute());
        await log(db, 'person.removed', { person: person.name, by });
      }),

    /** Names of those who may grant roles on the installation: whom to ask. */
    async owners(): Promise<string[]> {
      const rows = await activeOwners(store).select('people.name').orderBy('people.nameKey').execute();
      return rows.map(({ name }) => name);
    },

    /** While nobody is an active Owner: a fresh link that makes one. Null afterwards. */
    firstOwner: () =>
      transaction(async (db) => {
        if ((await countOwners(db)) > 0) return null;
        const pending = await rowByName(db, FIRST_OWNER);
        const isOurs = pending !== undefined && pending.password === null && pending.oidcSubject === null;
        const name = isOurs
          ? pending.name
          : await freeName(FIRST_OWNER, async (free) => !(await rowByName(db, free)));
        const id = isOurs ? pending.id : await insert(db, name, {});
        await db.updateTable('people').set({ disabled: 0 }).where('id', '=', id).execute();
        await setGrant(db, id, { role: 'Owner', resourceId: null });
        await log(db, 'person.invited', { person: name, by: 'start', role: 'Owner', resource: null });
        return writeInvitation(db, id);
      }),
  };
}

async function withGrants(db: Store | StoreTransaction, row: PersonRow): Promise<Person> {
  const grants = await db
    .selectFrom('roleGrants')
    .select(['role', 'resourceId'])
    .where('personId', '=', row.id)
    .execute();
  const joined = row.password !== null || row.oidcSubject !== null;
  return {
    id: row.id,
    name: row.name,
    grants,
    state: row.disabled === 1 ? 'disabled' : joined ? 'active' : 'invited',
    hasPassword: row.password !== null,
    hasOidc: row.oidcSubject !== null,
    hasTotp: row.totpConfirmed === 1,
    createdAtMs: row.createdAtMs,
  };
}

/** Owners of the installation who can sign in. */
function activeOwners(db: Store | StoreTransaction) {
  return db
    .selectFrom('people')
    .innerJoin('roleGrants', 'roleGrants.personId', 'people.id')
    .where('roleGrants.role', '=', 'Owner')
    .where('roleGrants.resourceId', 'is', null)
    .where('people.disabled', '=', 0)
    .where(({ or, eb }) =>
      or([eb('people.password', 'is not', null), eb('people.oidcSubject', 'is not', null)]),
    );
}

async function countOwners(db: StoreTransaction): Promise<number> {
  const { count } = await activeOwners(db)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

function readPassword(password: string): string {
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH)
    throw new ServiceError('InvalidRequestBody', {
      message: `A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`,
    });
  return password;
}

function subjectOf({ issuer, subject }: OidcIdentity): string {
  return JSON.stringify([issuer, subject]);
}

function grantFacts(grant: Grant | null): AuditEvent['facts'] {
  return grant ? { role: grant.role, resource: grant.resourceId } : {};
}
