import type { Command } from 'commander';
import type { ResourcePolicy } from '@bonafide/server';
import { administer } from '../administration.js';
import { list } from '../terminal.js';
import * as option from './options.js';

interface PolicyOptions {
  dataDir: string;
  json?: boolean;
}

/** Adds `policy show|set NAME`: what a resource allows. */
export function addPolicy(program: Command): void {
  const policy = program
    .command('policy')
    .summary('show or change what a resource allows')
    .description(
      'The policy of a resource: which operating point decides, whether unbound clips may pass, how long sessions are ' +
        'kept, and so on. A running service follows at its next request.',
    )
    .addHelpText('after', `\n${EXAMPLES}`);
  const command = option.storeCommands(policy, EXAMPLES);
  const add = (name: string, does: string) => command(name, does).argument('<name>', 'the resource');

  add('show', 'show the policy of a resource').action(show);
  add('set', 'change members of the policy of a resource')
    .argument('<key=value...>', 'one or more; lists are separated by commas')
    .action(set);
}

const EXAMPLES = `Examples:
  npx --no bonafide policy show default
  npx --no bonafide policy set shop operatingPoint=strict retentionHours=24
  npx --no bonafide policy set shop allowedOrigins=https://shop.example,https://app.shop.example`;

async function show(name: string, { dataDir, json }: PolicyOptions): Promise<void> {
  await administer(dataDir, async ({ resources }) => {
    print((await resources.get(name)).policy, json);
  });
}

async function set(name: string, changes: string[], { dataDir, json }: PolicyOptions): Promise<void> {
  await administer(dataDir, async ({ resources }) => {
    print((await resources.setPolicy(name, changes)).policy, json);
  });
}

function print(policy: ResourcePolicy, json: boolean | undefined): void {
  const rows = Object.entries(policy).map(([key, value]): [string, string] => [
    key,
    Array.isArray(value) ? value.join(', ') : String(value),
  ]);
  console.log(json ? JSON.stringify(policy) : list(rows));
}
