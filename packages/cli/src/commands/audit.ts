import { AUDIT_DAYS } from '@bonafide/server';
import { InvalidArgumentError, type Command } from 'commander';
import { administer } from '../administration.js';
import { Failure } from '../failure.js';
import * as option from './options.js';

interface AuditOptions {
  dataDir: string;
  json?: boolean;
}

/** Adds `audit`: whether the audit log is whole, and how long it is kept. */
export function addAudit(program: Command): void {
  const audit = program
    .command('audit')
    .summary('check the audit log, or set how long it is kept')
    .description(
      'The audit log tells what happened to sessions, keys and resources; each entry holds the hash of the last.',
    )
    .addHelpText('after', `\n${EXAMPLES}`);
  audit
    .command('verify')
    .description(
      'Recomputes the chain of the audit log from the first entry that is kept, beside a running service or without one. A change is ' +
        'always found; a cut end only against a head that was kept elsewhere: --contains. Exits 1 when the log is not whole.',
    )
    .option('--contains <head>', 'the head that an earlier verification printed', readHead)
    .addOption(option.dataDir())
    .addOption(option.json())
    .addHelpText('after', `\n${EXAMPLES}`)
    .action(verify);
  audit
    .command('retention')
    .argument('[days]', 'a number, or "forever"', readDays)
    .description(
      'Prints how long entries of the audit log are kept, or sets it: for ever unless somebody says otherwise. What is too old ' +
        'is removed day by day, and only where it is whole; the log says so itself, and verifies from there on.',
    )
    .addOption(option.dataDir())
    .addOption(option.json())
    .addHelpText('after', `\n${EXAMPLES}`)
    .action(retention);
}

const EXAMPLES = `Examples:
  npx --no bonafide audit verify
  npx --no bonafide audit verify --json | tee -a /somewhere/else/heads.jsonl
  npx --no bonafide audit verify --contains 5f7e...
  npx --no bonafide audit retention 400`;

async function verify({ dataDir, contains, json }: AuditOptions & { contains?: string }): Promise<void> {
  await administer(dataDir, async (open) => {
    const verdict = await open.verifyAuditLog(contains);
    const { entries, removed, head, fault } = verdict;
    if (json) console.log(JSON.stringify(verdict));
    else if (!fault)
      console.log(`The audit log is whole: ${entries} entries${gone(removed)}.\nhead  ${head}`);
    if (fault)
      throw new Failure(`the audit log is not whole: after entry ${removed + entries}, ${fault.reason}`);
  });
}

async function retention(days: number | null | undefined, { dataDir, json }: AuditOptions): Promise<void> {
  await administer(dataDir, async ({ auditRetention }) => {
    if (days !== undefined) await auditRetention.keepFor(days, 'console');
    const [kept, { seq: removed }] = [await auditRetention.days(), await auditRetention.cut()];
    if (json) console.log(JSON.stringify({ days: kept, removed }));
    else console.log(`Entries are kept ${kept === null ? 'for ever' : `for ${kept} days`}${gone(removed)}.`);
  });
}

function gone(removed: number): string {
  return removed === 0 ? '' : `; the first ${removed} were removed`;
}

function readDays(text: string): number | null {
  if (text === 'forever') return null;
  const days = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(days >= AUDIT_DAYS.least && days <= AUDIT_DAYS.most))
    throw new InvalidArgumentError(`Expected ${AUDIT_DAYS.least} to ${AUDIT_DAYS.most} days, or "forever".`);
  return days;
}

function readHead(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('Expected 64 hex digits.');
  return text.toLowerCase();
}
