import type { Engine } from '@bonafide/engine';
import type { Logger } from 'pino';
import type { Clock, Random } from './clock.js';
import type { OidcConfig } from './people/oidc.js';
import type { ScryptCost } from './people/passwords.js';
import type { ShadowSource } from './shadow-model.js';

/** How the service runs. */
export interface ServerConfig {
  /** Folder of the store and its keys; made when missing. */
  dataDir: string;
  /** Folder of the weights. */
  modelsDir: string;
  /** Fingerprint of the weights where they are none of the manifest's: no others are used. */
  weights?: string;
  /** Folder of other weights, which may score live sessions without deciding; none when left out. */
  shadowModelsDir?: string;
  /** Address to listen on; 127.0.0.1 when left out. */
  host?: string;
  /** Port to listen on, 0 for any that is free; 8080 when left out. */
  port?: number;
  /** Where callers reach the service, `https://face.example.com`; the address it listens on when left out. */
  publicUrl?: string;
  /** Proxies whose X-Forwarded headers are believed: addresses and ranges, or true for any; none when left out. */
  trustProxy?: boolean | string | string[];
  /** Serve TLS with this key and certificate (PEM). */
  https?: { key: string | Buffer; cert: string | Buffer };
  /** Decision policy; the engine's own when left out. */
  policyFile?: string;
  /** Threads that run the networks; as many as cores when left out. */
  workers?: number;
  /** Name that answers carry in `x-ms-region`; no such header when left out. */
  region?: string;
  /** Folder of the client SDK, served under /client/; as built in its package when left out. */
  clientFolder?: string;
  /** Where log lines go; nowhere when left out. */
  logger?: Logger;
  /** 32 bytes in hex or base64, instead of `master.key` and BONAFIDE_MASTER_KEY. */
  masterKey?: string;
  /** A company's accounts that people may sign in to the portal with; passwords alone when left out. */
  oidc?: OidcConfig;
  /** Addresses and ranges that webhooks may call beside the public ones, `10.1.0.0/16`; none when left out. */
  webhookAllow?: readonly string[];
  /** What a hash of a password costs; OWASP's recommendation when left out. */
  passwordCost?: ScryptCost;
  /** An engine to use instead of a pool of workers; the service closes it. */
  engine?: Engine;
  /** What scores in the shadow instead of `shadowModelsDir`; the service closes it. */
  shadowSource?: ShadowSource;
  clock?: Clock;
  random?: Random;
}

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_PORT = 8080;
