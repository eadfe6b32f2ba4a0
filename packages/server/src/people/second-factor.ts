import { Secret, TOTP } from 'otpauth';
import { appendAuditLog } from '../audit-log.js';
import type { Clock, Random } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Store } from '../store/sqlite.js';
import type { Vault } from '../vault.js';
import type { Person } from './people.js';
import { hashToken } from './secrets.js';

/** RFC 4226, section 4: at least 128 bits, 160 recommended. */
const SECRET_BYTES = 20;
const PERIOD_S = 30;
/** Codes of the steps beside the present one are taken too, for clocks that differ. */
const WINDOW = 1;
const RECOVERY_CODES = 10;
/** 80 bits each. */
const RECOVERY_CODE_BYTES = 10;

/** One-time codes of an authenticator application (RFC 6238), with recovery codes for when it is lost. */
export type SecondFactor = ReturnType<typeof createSecondFactor>;

export function createSecondFactor(parts: { store: Store; vault: Vault; clock: Clock; random: Random }) {
  const { store, vault, clock, random } = parts;

  async function totpOf(person: Person) {
    const row = await store
      .selectFrom('people')
      .select(['totp', 'totpLastStep'])
      .where('id', '=', person.id)
      .executeTakeFirst();
    if (!row?.totp) return null;
    const secret = vault.open(row.totp, contextOf(person.id));
    return { totp: toTotp(person, secret), lastStep: row.totpLastStep };
  }

  /** Takes a code, once: its step and all before it are used up. */
  async function takeCode(person: Person, code: string): Promise<boolean> {
    const found = await totpOf(person);
    const now = clock();
    const delta = found?.totp.validate({ token: code, timestamp: now, window: WINDOW }) ?? null;
    if (!found || delta === null) return false;
    const step = Math.floor(now / 1000 / PERIOD_S) + delta;
    const { numUpdatedRows } = await store
      .updateTable('people')
      .set({ totpLastStep: step })
      .where('id', '=', person.id)
      .where('totpLastStep', '<', step)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  async function takeRecoveryCode(person: Person, code: string): Promise<boolean> {
    const { numDeletedRows } = await store
      .deleteFrom('recoveryCodes')
      .where('personId', '=', person.id)
      .where('hash', '=', hashToken(code.replace(/[\s-]/g, '').toLowerCase()))
      .executeTakeFirst();
    return numDeletedRows === 1n;
  }

  return {
    /** A new secret, which counts once a code of it was shown. `uri` is for a QR code. */
    async propose(person: Person): Promise<{ secret: string; uri: string }> {
      if (person.hasTotp)
        throw new ServiceError('NotPossible', { message: 'One-time codes are set up already.' });
      const secret = Buffer.from(random(SECRET_BYTES));
      await store
        .updateTable('people')
        .set({ totp: vault.seal(secret, contextOf(person.id)), totpConfirmed: 0 })
        .where('id', '=', person.id)
        .execute();
      const totp = toTotp(person, secret);
      return { secret: totp.secret.base32, uri: totp.toString() };
    },

    /** Turns one-time codes on. Returns the recovery codes, which are shown this once. @throws ServiceError `CodeWrong` */
    async confirm(person: Person, code: string): Promise<string[]> {
      if (!(await takeCode(person, code))) throw new ServiceError('CodeWrong');
      const codes = Array.from({ length: RECOVERY_CODES }, () =>
        Buffer.from(random(RECOVERY_CODE_BYTES)).toString('hex'),
      );
      await store.transaction().execute(async (db) => {
        await db.updateTable('people').set({ totpConfirmed: 1 }).where('id', '=', person.id).execute();
        await db.deleteFrom('recoveryCodes').where('personId', '=', person.id).execute();
        const rows = codes.map((one) => ({ personId: person.id, hash: hashToken(one) }));
        await db.insertInto('recoveryCodes').values(rows).execute();
        await appendAuditLog(db, clock(), changed(person, 'one-time codes on'));
      });
      return codes.map((one) => one.replace(/(.{5})(?=.)/g, '$1-'));
    },

    async remove(person: Person): Promise<void> {
      await store.transaction().execute(async (db) => {
        await db
          .updateTable('people')
          .set({ totp: null, totpConfirmed: 0 })
          .where('id', '=', person.id)
          .execute();
        await db.deleteFrom('recoveryCodes').where('personId', '=', person.id).execute();
        await appendAuditLog(db, clock(), changed(person, 'one-time codes off'));
      });
    },

    /** @throws ServiceError `CodeRequired`, `CodeWrong`; nothing happens where this person has no second factor */
    async check(person: Person, code: string | undefined): Promise<void> {
      if (!person.hasTotp) return;
      if (code === undefined || code === '') throw new ServiceError('CodeRequired');
      const isRight = /^\d{6}$/.test(code)
        ? await takeCode(person, code)
        : await takeRecoveryCode(person, code);
      if (!isRight) throw new ServiceError('CodeWrong');
    },
  };
}

function toTotp(person: Person, secret: Buffer): TOTP {
  return new TOTP({
    issuer: 'Bonafide',
    label: person.name,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
    period: PERIOD_S,
  });
}

function changed({ name }: Person, what: string) {
  return { event: 'person.changed', resourceId: null, facts: { person: name, by: name, what } } as const;
}

function contextOf(personId: string): string {
  return `one-time codes ${personId}`;
}
