import type { Command } from 'commander';
import type { Administration, Resource } from '@bonafide/server';
import { administer } from '../administration.js';
import * as terminal from '../terminal.js';
import * as option from './options.js';

interface WebhookOptions {
  dataDir: string;
  json?: boolean;
}

/** Who the audit log says it was. */
const ACTOR = 'console';

/** Adds `webhook list|add|remove|secret|rotate-secret|test|deliveries|replay`: where events of a resource are sent. */
export function addWebhook(program: Command): void {
  const webhook = program
    .command('webhook')
    .summary('send events of a resource somewhere')
    .description(
      'Webhooks tell a receiver of yours when a session has finished or abuse was detected: docs/webhooks.md.',
    )
    .addHelpText('after', `\n${EXAMPLES}`);
  const storeCommand = option.storeCommands(webhook, EXAMPLES);
  /** A command whose arguments after the resource's name go to `work`, which says what to print. */
  const add = (
    usage: string,
    description: string,
    work: (
      open: Administration,
      resource: Resource,
      ...args: string[]
    ) => Promise<{ value: unknown; text: string }>,
  ) =>
    storeCommand(usage, description).action(async (name: string, ...rest: unknown[]) => {
      const args = rest.filter((argument): argument is string => typeof argument === 'string');
      const command = rest.at(-1) as Command;
      const { dataDir, json } = command.opts<WebhookOptions>();
      await administer(dataDir, async (open) => {
        const { value, text } = await work(open, await open.resources.get(name), ...args);
        console.log(json ? JSON.stringify(value) : text);
      });
    });

  add('list <resource>', 'list the webhooks of a resource', async ({ webhooks }, resource) => {
    const all = await webhooks.list(resource);
    const rows = all.map(({ id, url, events, verdict, enabled }) => [
      id,
      url,
      events.join(' '),
      [verdict ? 'with verdict' : '', enabled ? '' : 'off'].filter(Boolean).join(', '),
    ]);
    return { value: all, text: terminal.table(['id', 'url', 'events', ''], rows) };
  });
  add(
    'add <resource> <url>',
    'send all events of a resource to an address; prints the secret',
    async (open, resource, url = '') => {
      const events = ['session.finished' as const, 'abuse.detected' as const];
      const made = await open.webhooks.create(resource, { url, events, verdict: false }, ACTOR);
      return {
        value: made,
        text: terminal.list([
          ['id', made.webhook.id],
          ['secret', made.secret],
        ]),
      };
    },
  );
  add('remove <resource> <id>', 'remove a webhook', async ({ webhooks }, resource, id = '') => {
    await webhooks.remove(resource, id, ACTOR);
    return { value: { id, removed: true }, text: `${id} is removed.` };
  });
  add('secret <resource> <id>', 'show the secret of a webhook', async ({ webhooks }, resource, id = '') => {
    const secret = await webhooks.secret(resource, id, ACTOR);
    return { value: { secret }, text: secret };
  });
  add(
    'rotate-secret <resource> <id>',
    'make a new secret; for a day the last one signs too',
    async ({ webhooks }, resource, id = '') => {
      const secret = await webhooks.rotateSecret(resource, id, ACTOR);
      return { value: { secret }, text: secret };
    },
  );
  add(
    'test <resource> <id>',
    'send a test message; a running service delivers it',
    async ({ webhooks }, resource, id = '') => {
      const delivery = await webhooks.test(resource, id);
      return { value: { delivery }, text: `${delivery} is on its way.` };
    },
  );
  add(
    'deliveries <resource> <id>',
    'list the messages of the last week',
    async ({ webhooks }, resource, id = '') => {
      const all = await webhooks.deliveries(resource, id, { top: 200 });
      const rows = all.map(({ id: delivery, event, createdAtMs, tries, answer }) => [
        delivery,
        event,
        new Date(createdAtMs).toISOString(),
        String(tries),
        answer ?? '',
      ]);
      return { value: all, text: terminal.table(['id', 'event', 'made', 'tries', 'answer'], rows) };
    },
  );
  add(
    'replay <resource> <id> <delivery>',
    'send a message once more',
    async ({ webhooks }, resource, id = '', delivery = '') => {
      await webhooks.replay(resource, id, delivery, ACTOR);
      return { value: { delivery }, text: `${delivery} is on its way again.` };
    },
  );
}

const EXAMPLES = `Examples:
  npx --no bonafide webhook add shop https://shop.example/hooks/bonafide
  npx --no bonafide webhook deliveries shop 0d7c6a1e-4f0e-4b6c-9c39-0c7a5f2d9b11
  npx --no bonafide webhook rotate-secret shop 0d7c6a1e-4f0e-4b6c-9c39-0c7a5f2d9b11`;
