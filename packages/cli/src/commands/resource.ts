import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Argument, Option, type Command } from 'commander';
import type { Administration, KeySlot, Tier } from '@bonafide/server';
import { administer } from '../administration.js';
import { Failure } from '../failure.js';
import * as terminal from '../terminal.js';
import * as option from './options.js';

/** 20 calls a minute, 10 calls a second. */
const TIERS: readonly Tier[] = ['F0', 'S0'];

interface ResourceOptions {
  dataDir: string;
  json?: boolean;
}

/** Adds `resource list|create|rename|set-tier|delete|keys|regenerate-key`: who may call the service. */
export function addResource(program: Command): void {
  const resource = program
    .command('resource')
    .summary('make, list and delete resources, show and replace their keys')
    .description(
      'A resource is what a tenant is elsewhere: two keys, a tier, a policy, and sessions that no other resource sees. ' +
        'These commands work beside a running service, which follows at its next request.',
    )
    .addHelpText('after', `\n${EXAMPLES}`);
  const add = option.storeCommands(resource, EXAMPLES);

  add('list', 'list the resources').action(list);
  add('create', 'make a resource and show its keys')
    .argument('<name>', 'letters, digits, dots, dashes and underscores')
    .addOption(new Option('--tier <tier>', 'limits of its calls').choices(TIERS).default('S0'))
    .action(create);
  add('rename', 'give a resource another name; its keys and sessions stay')
    .argument('<name>')
    .argument('<to>', 'the new name')
    .action(rename);
  add('set-tier', 'change the tier of a resource; its keys stay')
    .argument('<name>')
    .addArgument(new Argument('<tier>', 'limits of its calls').choices(TIERS))
    .action(setTier);
  add('delete', 'delete a resource with its keys, sessions and everything else of it')
    .argument('<name>')
    .option('--yes', 'do not ask for the name')
    .action(remove);
  add('keys', 'show the two keys of a resource')
    .argument('[name]', 'the resource', 'default')
    .action(showKeys);
  add('regenerate-key', 'replace one key; the old one is void at once')
    .argument('<name>')
    .addArgument(new Argument('<key>', 'which one').choices(['key1', 'key2'] satisfies KeySlot[]))
    .action(regenerate);
}

const EXAMPLES = `Examples:
  npx --no bonafide resource list
  npx --no bonafide resource create shop --tier S0
  npx --no bonafide resource rename shop store
  npx --no bonafide resource set-tier shop F0
  npx --no bonafide resource keys default --json
  npx --no bonafide resource regenerate-key shop key1
  npx --no bonafide resource delete shop
  npx --no bonafide resource delete shop --yes`;

async function list({ dataDir, json }: ResourceOptions): Promise<void> {
  await administer(dataDir, async (open) => {
    const endpoint = await open.endpoint();
    const all = (await open.resources.list()).map(({ name, tier, development, createdAtMs }) => {
      const createdAt = new Date(createdAtMs).toISOString();
      return { name, tier, development, createdAt, endpoint };
    });
    const rows = all.map((one) => [
      one.name,
      one.tier,
      one.createdAt.slice(0, 10),
      one.development ? 'for development' : '',
    ]);
    print(json, all, `${terminal.table(['name', 'tier', 'made', ''], rows)}\n\n  endpoint ${endpoint}`);
  });
}

async function create(name: string, options: ResourceOptions & { tier: Tier }): Promise<void> {
  await administer(options.dataDir, async (open) => {
    await open.resources.create({ name, tier: options.tier });
    await printKeys(name, open, options.json);
  });
}

async function rename(name: string, to: string, { dataDir, json }: ResourceOptions): Promise<void> {
  await administer(dataDir, async ({ resources }) => {
    await resources.change(name, { name: to });
    print(json, { name: to }, `${name} is ${to} now; its keys are the same.`);
  });
}

async function setTier(name: string, tier: Tier, { dataDir, json }: ResourceOptions): Promise<void> {
  await administer(dataDir, async ({ resources }) => {
    const changed = await resources.change(name, { tier });
    print(
      json,
      { name, tier: changed.tier },
      `${name} is ${changed.tier} from its next call on; its keys are the same.`,
    );
  });
}

async function remove(name: string, options: ResourceOptions & { yes?: boolean }): Promise<void> {
  await administer(options.dataDir, async ({ resources }) => {
    await resources.get(name);
    if (options.yes !== true) await askForName(name);
    await resources.remove(name);
    print(options.json, { name, deleted: true }, `${name} and everything of it is deleted.`);
  });
}

async function askForName(name: string): Promise<void> {
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // A script that says neither its name nor --yes has not made up its mind.
    const answer = await Promise.race([
      dialogue.question(
        `This deletes ${name}, its keys and all its sessions for good. Type its name to go on: `,
      ),
      once(dialogue, 'close').then(() => ''),
    ]);
    if (answer.trim() !== name)
      throw new Failure('that is not its name (scripts say --yes); nothing was deleted');
  } finally {
    dialogue.close();
  }
}

async function showKeys(name: string, { dataDir, json }: ResourceOptions): Promise<void> {
  await administer(dataDir, (open) => printKeys(name, open, json));
}

async function regenerate(name: string, slot: KeySlot, { dataDir, json }: ResourceOptions): Promise<void> {
  await administer(dataDir, async (open) => {
    await open.resources.regenerateKey(name, slot);
    await printKeys(name, open, json);
  });
}

async function printKeys(
  name: string,
  administration: Administration,
  json: boolean | undefined,
): Promise<void> {
  const endpoint = await administration.endpoint();
  const { key1, key2 } = await administration.resources.keys(name);
  print(
    json,
    { name, endpoint, key1, key2 },
    terminal.list([
      ['name', name],
      ['endpoint', endpoint],
      ['key1', key1],
      ['key2', key2],
    ]),
  );
}

function print(json: boolean | undefined, value: unknown, text: string): void {
  console.log(json ? JSON.stringify(value) : text);
}
