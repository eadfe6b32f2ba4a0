import { InvalidArgumentError, type Command } from 'commander';
import { administer } from '../administration.js';
import { Failure } from '../failure.js';
import * as option from './options.js';

interface AuditOptions {
  dataDir: string;
  contains?: string;
  json?: boolean;
}

/** Adds `audit verify`: whether the audit log is whole. */
export function addAudit(program: Command): void {
  program
    .command('audit')
    .summary('check that the audit log is whole')
    .description(
      'The audit log tells what happened to sessions, keys and resources; each entry holds the hash of the last.',
    )
    .addHelpText('after', `\n${EXAMPLES}`)
    .command('verify')
    .description(
      'Recomputes the chain of the audit log from its first entry on, beside a running service or without one. A change is ' +
        'always found; a cut end only against a head that was kept elsewhere: --contains. Exits 1 when the log is not whole.',
    )
    .option('--contains <head>', 'the head that an earlier verification printed', readHead)
    .addOption(option.dataDir())
    .addOption(option.json())
    .addHelpText('after', `\n${EXAMPLES}`)
    .action(verify);
}

const EXAMPLES = `Examples:
  npx --no bonafide audit verify
  npx --no bonafide audit verify --json | tee -a /somewhere/else/heads.jsonl
  npx --no bonafide audit verify --contains 5f7e...`;

async function verify({ dataDir, contains, json }: AuditOptions): Promise<void> {
  await administer(dataDir, async (open) => {
    const verdict = await open.verifyAuditLog(contains);
    const { entries, head, fault } = verdict;
    if (json) console.log(JSON.stringify(verdict));
    else if (!fault) console.log(`The audit log is whole: ${entries} entries.\nhead  ${head}`);
    if (fault) throw new Failure(`the audit log is not whole: after entry ${entries}, ${fault.reason}`);
  });
}

function readHead(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('Expected 64 hex digits.');
  return text.toLowerCase();
}
