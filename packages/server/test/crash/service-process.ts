// A service with a fake engine in a process of its own, to be killed: DATA_DIR PORT.
import { setTimeout } from 'node:timers/promises';
import { createServer } from '../../src/index.js';
import { createFakeEngine } from '../fake-engine.js';

const [dataDir = '', port = ''] = process.argv.slice(2);
const fake = createFakeEngine();
const server = await createServer({
  dataDir,
  port: Number(port),
  modelsDir: 'none',
  engine: {
    ...fake,
    // Long enough to be killed in the middle.
    async analyse(request) {
      await setTimeout(20 + Math.random() * 80);
      return fake.analyse(request);
    },
  },
});
const { key1 } = await server.resources.keys('default');
await server.listen();
process.stdout.write(`${key1}\n`);
