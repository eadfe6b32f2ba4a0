import type { Command } from 'commander';
import { administer } from '../administration.js';
import * as option from './options.js';

/** Adds `keys rotate`: the key that signs session tokens and results. */
export function addKeys(program: Command): void {
  program
    .command('keys')
    .summary('replace the key that signs tokens and results')
    .description(
      'The installation signs session tokens and results with a key of its own. (Keys of resources: bonafide resource.)',
    )
    .addHelpText('after', `\n${EXAMPLES}`)
    .command('rotate')
    .description(
      'Makes a new signing key; a running service signs with it from its next call on. The old one goes on verifying: ' +
        'tokens stay valid until they expire, and signed results for good.',
    )
    .addOption(option.dataDir())
    .addOption(option.json())
    .addHelpText('after', `\n${EXAMPLES}`)
    .action(rotate);
}

const EXAMPLES = `Examples:
  npx --no bonafide keys rotate
  npx --no bonafide keys rotate --data-dir /var/lib/bonafide --json`;

async function rotate({ dataDir, json }: { dataDir: string; json?: boolean }): Promise<void> {
  await administer(dataDir, async (open) => {
    const kid = await open.rotateSigningKey();
    console.log(json ? JSON.stringify({ kid }) : `The signing key is now ${kid}.`);
  });
}
