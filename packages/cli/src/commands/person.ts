import type { Command } from 'commander';
import { administer } from '../administration.js';
import * as option from './options.js';

interface PersonOptions {
  dataDir: string;
  json?: boolean;
}

const EXAMPLES = `Examples:
  npx --no bonafide person export shop user-4711 > user-4711.json
  npx --no bonafide person erase shop user-4711`;

/** Adds `person export|erase RESOURCE ID`: what people may ask an operator for. */
export function addPerson(program: Command): void {
  const person = program
    .command('person')
    .summary('export or erase what is held on somebody')
    .description(
      'What a resource holds on somebody, by the userCorrelationId that the application gave. Both are written to the audit ' +
        'log, without the id.',
    )
    .addHelpText('after', `\n${EXAMPLES}`);
  const add = (name: string, description: string) =>
    person
      .command(name)
      .description(description)
      .argument('<resource>', 'name of the resource')
      .argument('<id>', "the user's correlation id")
      .addOption(option.dataDir())
      .addHelpText('after', `\n${EXAMPLES}`);

  add(
    'export',
    'print every session of somebody as JSON, with a list of the clips and pictures that are kept; the portal hands those out',
  ).action(exportPerson);
  add(
    'erase',
    'remove every session of somebody with all of it, for good, while the service is stopped; a running one is asked in the ' +
      'portal or by its API',
  )
    .addOption(option.json())
    .action(erase);
}

async function exportPerson(resource: string, id: string, { dataDir }: PersonOptions): Promise<void> {
  await administer(dataDir, async (administration) => {
    console.log(JSON.stringify(await administration.exportPerson(resource, id), null, 2));
  });
}

async function erase(resource: string, id: string, { dataDir, json }: PersonOptions): Promise<void> {
  await administer(dataDir, async (administration) => {
    const sessions = await administration.erasePerson(resource, id);
    console.log(json ? JSON.stringify({ sessions }) : `Erased: ${sessions} sessions, with all of each.`);
  });
}
