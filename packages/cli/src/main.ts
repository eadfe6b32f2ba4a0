import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAttack } from './commands/attack.js';
import { addAudit } from './commands/audit.js';
import { addBackup } from './commands/backup.js';
import { addCheck } from './commands/check.js';
import { addCompare } from './commands/compare.js';
import { addCalibrate } from './commands/calibrate.js';
import { addDoctor } from './commands/doctor.js';
import { addEvaluate } from './commands/evaluate.js';
import { addKeys } from './commands/keys.js';
import { addLab } from './commands/lab.js';
import { addPerson } from './commands/person.js';
import { addPolicy } from './commands/policy.js';
import { addRecognition } from './commands/recognition.js';
import { addResource } from './commands/resource.js';
import { addServe } from './commands/serve.js';
import { addSimulate } from './commands/simulate.js';
import { addSimulateSet } from './commands/simulate-set.js';
import { addUser } from './commands/user.js';
import { addWebhook } from './commands/webhook.js';
import { Failure } from './failure.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Runs one command line (`check`, `video.webp`, ...); returns its exit code: 2 for wrong use, 1 for every other failure. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    // commander has printed its own errors, and help and versions that were asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const verbose = program.opts<{ verbose?: boolean }>().verbose === true || Boolean(process.env['DEBUG']);
    const sentence = error instanceof Error ? error.message : String(error);
    console.error(verbose ? error : `bonafide: ${sentence}`);
    return error instanceof Failure ? error.exitCode : 1;
  }
}

function createProgram(): Command {
  const program = new Command('bonafide')
    .description('Face liveness: the service, its administration, and the evaluation of its engine.')
    .version(version)
    .option('--verbose', 'show the whole error, not only its sentence')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'bonafide: '));
      },
    })
    .showHelpAfterError('Add --help to see how it is used.')
    .exitOverride();

  addServe(program);
  addResource(program);
  addLab(program);
  addPerson(program);
  addPolicy(program);
  addRecognition(program);
  addKeys(program);
  addAudit(program);
  addUser(program);
  addWebhook(program);
  addBackup(program);
  addCheck(program);
  addEvaluate(program);
  addCalibrate(program);
  addCompare(program);
  addSimulate(program);
  addSimulateSet(program);
  addAttack(program);
  addDoctor(program);
  return program;
}
