// `npm run page`: the app's page with the SDK and its assets, in dist/. APP_SERVER says where the app server is, FACE_SERVICE
// where the Face service is when it has another address.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sdk = fileURLToPath(new URL('../../packages/web/dist', import.meta.url));

/**
 * @param {{appServer: string, faceService?: string, out?: string}} options addresses without a slash at the end
 */
export async function buildPage({ appServer, faceService = appServer, out = join(folder, 'dist') }) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: [join(folder, 'page/app.ts')],
    outdir: out,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
    define: { APP_SERVER: JSON.stringify(appServer) },
  });
  cpSync(join(folder, 'page/app.css'), join(out, 'app.css'));
  cpSync(join(sdk, 'assets'), join(out, 'sdk/assets'), { recursive: true });
  const page = readFileSync(join(folder, 'page/index.html'), 'utf8');
  writeFileSync(join(out, 'index.html'), page.replace('%POLICY%', policy(appServer, faceService)));
}

/** What docs/web-sdk.md asks for, and the two servers. Capacitor's bridge is no script of the page and needs nothing here. */
function policy(...servers) {
  const origins = new Set(servers.map((server) => new URL(server).origin));
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${[...origins].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { APP_SERVER: appServer, FACE_SERVICE: faceService } = process.env;
  if (!appServer?.startsWith('https://')) {
    console.error(
      'Set APP_SERVER to the https address of your app server, e.g. https://192.168.1.20:8080/demo',
    );
    process.exit(2);
  }
  await buildPage({ appServer, faceService });
}
