import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { createAppServer } from './app-server.js';

// Runs the app server on its own, beside a Face service:
//   FACE_KEY=... npm run start -w examples/app-server [-- --port 8081]

const { values } = parseArgs({ options: { port: { type: 'string', default: '8081' } } });
const endpoint = process.env['FACE_ENDPOINT'] ?? 'http://127.0.0.1:8080';
const key = process.env['FACE_KEY'];
if (!key) {
  console.error('Set FACE_KEY to a key of your resource: npx --no bonafide resource keys default');
  process.exit(2);
}

const server = createServer(
  createAppServer({
    face: (path, options) => fetch(`${endpoint}${path}`, options),
    key: async () => key,
    endpoint: () => endpoint,
    appOrigins: process.env['APP_ORIGINS']?.split(',') ?? [],
    showResult: process.env['SHOW_RESULT'] === 'yes',
  }),
);
server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : values.port;
  console.log(
    `The app server is at http://127.0.0.1:${port}, its Face service at ${endpoint}. Ctrl-C ends it.`,
  );
});
