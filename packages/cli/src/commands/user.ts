import { Option, type Command } from 'commander';
import { invitationLink, ROLES, type Administration, type Person, type Role } from '@bonafide/server';
import { administer } from '../administration.js';
import * as terminal from '../terminal.js';
import * as option from './options.js';

interface UserOptions {
  dataDir: string;
  json?: boolean;
  resource?: string;
  role?: Role;
}

/** Who the audit log says it was. */
const ACTOR = 'console';

/** Adds `user list|invite|reset|grant|revoke|disable|enable|remove`: who may use the portal. */
export function addUser(program: Command): void {
  const user = program
    .command('user')
    .summary('invite people to the portal, give and take roles')
    .description(
      'People use the portal and the management API by their role, on the whole installation or on one resource: ' +
        'docs/people.md. Whoever works on this machine may do everything; the audit log says that it was the console.',
    )
    .addHelpText('after', `\n${EXAMPLES}`);
  const add = option.storeCommands(user, EXAMPLES);
  const onResource = () => new Option('--resource <name>', 'on this resource only');
  const role = () => new Option('--role <role>', 'what they may do').choices(ROLES);

  add('list', 'list people and their roles').action(list);
  add('invite', 'add a person; prints the one-time link that lets them in')
    .argument('<name>')
    .addOption(role())
    .addOption(onResource())
    .action(invite);
  add('reset', 'print a new one-time link for somebody who lost the password or the telephone')
    .argument('<name>')
    .action(reset);
  add('grant', 'give a role, instead of the one they had there')
    .argument('<name>')
    .addOption(role().makeOptionMandatory())
    .addOption(onResource())
    .action((name: string, { role: wanted = 'Reader', ...options }: UserOptions) =>
      change(name, options, async ({ people }, { id }, resourceId) => {
        await people.grant(id, { role: wanted, resourceId }, ACTOR);
      }),
    );
  add('revoke', 'take a role away')
    .argument('<name>')
    .addOption(onResource())
    .action((name: string, options: UserOptions) =>
      change(name, options, async ({ people }, { id }, resourceId) => {
        await people.revoke(id, resourceId, ACTOR);
      }),
    );
  for (const [command, description] of [
    ['disable', 'lock a person out, at once'],
    ['enable', 'let a person in again'],
  ] as const)
    add(command, description)
      .argument('<name>')
      .action((name: string, options: UserOptions) =>
        change(name, options, async ({ people }, { id }) => {
          await people.setDisabled(id, command === 'disable', ACTOR);
        }),
      );
  add('remove', 'remove a person')
    .argument('<name>')
    .action((name: string, options: UserOptions) =>
      change(name, options, ({ people }, { id }) => people.remove(id, ACTOR)),
    );
}

const EXAMPLES = `Examples:
  npx --no bonafide user list
  npx --no bonafide user invite ada --role Owner
  npx --no bonafide user invite carl --role Contributor --resource shop
  npx --no bonafide user grant carl --role Reader --resource shop
  npx --no bonafide user reset ada`;

async function list({ dataDir, json }: UserOptions): Promise<void> {
  await administer(dataDir, async (open) => {
    const all = await describe(open);
    const rows = all.map(({ name, state, roles }) => [name, state, roles.join(', ')]);
    print(json, all, terminal.table(['name', 'state', 'roles'], rows));
  });
}

async function describe({ people, resources }: Administration) {
  const names = new Map((await resources.list()).map(({ id, name }) => [id, name]));
  return (await people.list()).map(({ name, state, grants }) => ({
    name,
    state,
    roles: grants
      .map(({ role, resourceId }) =>
        resourceId === null ? role : `${role} on ${names.get(resourceId) ?? resourceId}`,
      )
      .sort(),
  }));
}

async function invite(name: string, { dataDir, json, role, resource }: UserOptions): Promise<void> {
  await administer(dataDir, async (open) => {
    const grant = role ? { role, resourceId: await resourceIdOf(open, resource) } : null;
    const { token } = await open.people.invite({ name, grant }, ACTOR);
    await printLink(open, name, token, json);
  });
}

async function reset(name: string, { dataDir, json }: UserOptions): Promise<void> {
  await administer(dataDir, async (open) => {
    const { id } = await open.people.getByName(name);
    const { token } = await open.people.reset(id, ACTOR);
    await printLink(open, name, token, json);
  });
}

async function printLink(
  open: Administration,
  name: string,
  token: string,
  json: boolean | undefined,
): Promise<void> {
  const link = invitationLink(await open.endpoint(), token);
  print(json, { name, link }, `This link lets ${name} in, once, within three days:\n\n  ${link}`);
}

async function change(
  name: string,
  { dataDir, json, resource }: UserOptions,
  work: (open: Administration, person: Person, resourceId: string | null) => Promise<void>,
): Promise<void> {
  await administer(dataDir, async (open) => {
    await work(open, await open.people.getByName(name), await resourceIdOf(open, resource));
    const now = (await describe(open)).find((person) => person.name === name);
    const text = now
      ? [name, now.state, now.roles.join(', ')].filter(Boolean).join(', ')
      : `${name} is removed`;
    print(json, now ?? { name, removed: true }, `${text}.`);
  });
}

async function resourceIdOf({ resources }: Administration, name: string | undefined): Promise<string | null> {
  return name === undefined ? null : (await resources.get(name)).id;
}

function print(json: boolean | undefined, value: unknown, text: string): void {
  console.log(json ? JSON.stringify(value) : text);
}
