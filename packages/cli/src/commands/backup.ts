import { resolve } from 'node:path';
import type { Command } from 'commander';
import { backUp, restore, rotateMasterKey } from '@bonafide/server';
import * as option from './options.js';

/** Adds `backup`, `restore` and `master-key rotate`: the data folder as a whole. */
export function addBackup(program: Command): void {
  program
    .command('backup')
    .summary('copy the store into one file, beside a running service')
    .description(
      'Copies the store, as it is at one moment, into one file. The master key is not in it: keep master.key (or what ' +
        'BONAFIDE_MASTER_KEY holds) elsewhere, for without it nobody can read keys, templates and images in the copy.',
    )
    .argument('<file>', 'must not be there yet')
    .addOption(option.dataDir())
    .addHelpText('after', `\n${EXAMPLES}`)
    .action(async (file: string, { dataDir }: { dataDir: string }) => {
      await backUp(dataDir, resolve(file));
      console.log(`${file} holds the store of ${dataDir}. Its master key is not in it: keep that elsewhere.`);
    });

  program
    .command('restore')
    .summary('make the store what it was when a backup was made')
    .description(
      'Puts a backup into a data folder, whose master key must be the one of the backup. The service must not run. What was ' +
        'deleted since the backup is there again: erase it anew.',
    )
    .argument('<file>', 'as bonafide backup made it')
    .option('--replace', 'put it in the place of a store, which is kept as bonafide.sqlite.before-restore')
    .addOption(option.dataDir())
    .addHelpText('after', `\n${EXAMPLES}`)
    .action(async (file: string, { dataDir, replace = false }: { dataDir: string; replace?: boolean }) => {
      await restore(dataDir, resolve(file), { replace });
      console.log(`${dataDir} is what it was when ${file} was made.`);
    });

  program
    .command('master-key')
    .summary('replace the key that seals everything')
    .description(
      'The master key seals keys, templates and images: master.key in the data folder, or BONAFIDE_MASTER_KEY.',
    )
    .addHelpText('after', `\n${EXAMPLES}`)
    .command('rotate')
    .description(
      'Makes a new master key and seals everything anew under it: all of it, or nothing. The service must not run. A key in ' +
        'BONAFIDE_MASTER_KEY is replaced by that in BONAFIDE_NEW_MASTER_KEY (32 bytes in hex or base64). Backups from before ' +
        'still need the old key.',
    )
    .addOption(option.dataDir())
    .addHelpText('after', `\n${EXAMPLES}`)
    .action(async ({ dataDir }: { dataDir: string }) => {
      const { resealed } = await rotateMasterKey(dataDir, { newKey: process.env['BONAFIDE_NEW_MASTER_KEY'] });
      console.log(`${resealed} secrets are sealed under the new master key.`);
    });
}

const EXAMPLES = `Examples:
  npx --no bonafide backup /backups/bonafide-monday.sqlite
  npx --no bonafide restore /backups/bonafide-monday.sqlite --replace
  npx --no bonafide master-key rotate`;
