import type { Command } from 'commander';
import type { Administration, Resource } from '@bonafide/server';
import { administer } from '../administration.js';
import * as terminal from '../terminal.js';
import * as option from './options.js';

interface RecognitionOptions {
  dataDir: string;
  json?: boolean;
}

/** Who the audit log says it was. */
const ACTOR = 'console';

/** Adds `recognition show|apply|approve|refuse|revoke RESOURCE`: whose faces may be compared. */
export function addRecognition(program: Command): void {
  const recognition = program
    .command('recognition')
    .summary('apply for the comparison of faces, and decide on it')
    .description(
      'Comparing faces (verification, face ids, templates against abuse) is open to resources that applied for it with a ' +
        'purpose and were approved: docs/people.md. A running service follows at its next request.',
    )
    .addHelpText('after', `\n${EXAMPLES}`);
  const command = option.storeCommands(recognition, EXAMPLES);
  const add = (name: string, does: string) =>
    command(name, does).argument('<resource>', 'name of the resource');

  add('show', 'show where a resource stands, and all its applications').action(
    (name: string, options: RecognitionOptions) => onResource(name, options, async () => undefined),
  );
  add('apply', 'apply for it')
    .argument('<purpose>', 'whose faces are compared with what, what for, and what people can do instead')
    .action((name: string, purpose: string, options: RecognitionOptions) =>
      onResource(name, options, (open, { id }) => open.recognition.apply(id, purpose, ACTOR)),
    );
  for (const [command, decision, description] of [
    ['approve', 'approved', 'approve what was applied for'],
    ['refuse', 'refused', 'refuse what was applied for'],
    ['revoke', 'revoked', 'take an approval back, at once'],
  ] as const)
    add(command, description)
      .argument('<reason>', 'is shown to whoever looks at the resource')
      .action((name: string, reason: string, options: RecognitionOptions) =>
        onResource(name, options, (open, { id }) => open.recognition.decide(id, decision, reason, ACTOR)),
      );
}

const EXAMPLES = `Examples:
  npx --no bonafide recognition show shop
  npx --no bonafide recognition apply shop "members against the photograph on their card; the desk checks cards too"
  npx --no bonafide recognition approve shop "agreed with the works council"
  npx --no bonafide recognition revoke shop "the purpose has ended"`;

/** Does something with a resource, and prints where it stands then. */
async function onResource(
  name: string,
  { dataDir, json }: RecognitionOptions,
  work: (open: Administration, resource: Resource) => Promise<void>,
): Promise<void> {
  await administer(dataDir, async (open) => {
    await work(open, await open.resources.get(name));
    const { id, recognition: state } = await open.resources.get(name);
    const applications = (await open.recognition.history(id)).map((one) => ({
      state: one.state,
      purpose: one.purpose,
      requestedBy: one.requestedBy,
      requestedAt: toTime(one.requestedAtMs),
      decidedBy: one.decidedBy,
      decidedAt: one.decidedAtMs === null ? null : toTime(one.decidedAtMs),
      reason: one.reason,
    }));
    const rows = applications.map((one) => [
      one.state,
      one.purpose,
      one.requestedBy,
      one.requestedAt.slice(0, 10),
      one.decidedBy ?? '',
      one.reason,
    ]);
    const table = terminal.table(['state', 'purpose', 'applied', '', 'decided', 'reason'], rows);
    console.log(
      json
        ? JSON.stringify({ name, state, applications })
        : `${name}: ${state}${rows.length === 0 ? '' : `\n\n${table}`}`,
    );
  });
}

function toTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
