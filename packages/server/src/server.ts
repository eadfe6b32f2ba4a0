import { randomBytes } from 'node:crypto';
import { expectWeights, loadPolicy, type Policy } from '@bonafide/engine';
import type { FastifyInstance } from 'fastify';
import { createAbuseMonitor } from './abuse/abuse-monitor.js';
import { createAnalysisPool, type AnalysisPool } from './analysis-pool.js';
import { createAttempts } from './attempts.js';
import { createAuditRetention } from './audit-retention.js';
import { verifyAuditLog } from './audit-verification.js';
import { createCandidates } from './candidates.js';
import { createCaptures, type Captures } from './captures.js';
import type { Random } from './clock.js';
import { DEFAULT_HOST, DEFAULT_PORT, type ServerConfig } from './config.js';
import { lockDataFolder, openDataFolder } from './data-folder.js';
import { mountDeviceRoutes } from './device/routes.js';
import { mountDetect } from './detect/routes.js';
import type { Face } from './face.js';
import { createFaces } from './faces.js';
import { mountGenerationA } from './face-v1-1/routes.js';
import { mountGenerationB } from './face-v1-2/routes.js';
import { createApp } from './http/app.js';
import { createCallLimits } from './http/call-limits.js';
import { createCallers } from './http/callers.js';
import { createKeptFiles } from './kept-files.js';
import { mountManagement } from './management/management.js';
import { rememberVersions } from './lab/console.js';
import { createMovedCandidates } from './lab/moved-thresholds.js';
import { createPresentations } from './lab/presentations.js';
import { createRecording } from './lab/recording.js';
import { recordLab } from './lab/recorder.js';
import { startRunQueue } from './lab/run-queue.js';
import { createRuns } from './lab/runs.js';
import { createModelCandidates } from './model-candidates.js';
import { createMetrics, type MeasurableEngine, type Metrics } from './metrics.js';
import { describeRoutes } from './openapi/document.js';
import { modelVersion } from './outcome.js';
import { createAccounts, invitationLink } from './people/index.js';
import { mountPortal } from './portal.js';
import { createPersonalData } from './personal-data.js';
import { createRecognition } from './recognition.js';
import { mountPages } from './pages.js';
import { createQuickLinks } from './quick-link/links.js';
import { mountQuickLink } from './quick-link/routes.js';
import { createResources, type Resource, type Resources } from './resources.js';
import { startSweeper } from './retention.js';
import { createSessions } from './sessions.js';
import { openShadowWeights, startShadowModel, type ShadowSource } from './shadow-model.js';
import { createShadow } from './shadow.js';
import { createSignedResults } from './signed-results.js';
import { openSigningKeys } from './signing-keys.js';
import { createSessionTokens } from './tokens.js';
import { startCallCounter, type CallCounter } from './usage.js';
import { startWebhookSender, type WebhookSender } from './webhooks/sender.js';
import { createWebhooks } from './webhooks/webhooks.js';

/** A service that was put together. */
export interface FaceServer {
  app: FastifyInstance;
  resources: Resources;
  /** The development resource, where this start has made it. */
  firstResource: Resource | null;
  webhookSender: WebhookSender;
  /** While the installation has no Owner: the one-time link that makes one. */
  ownerLink(): string | null;
  /** Where callers reach the service; known once it listens, or from the configuration. */
  endpoint(): string;
  /** Listens; returns the endpoint. */
  listen(): Promise<string>;
  /** Removes what is too old now rather than at the next round; returns how many sessions that were. */
  sweep(): Promise<number>;
  /** Answers what is in work, for at most {@link CLOSE_TIMEOUT_MS}, and gives everything back. */
  close(): Promise<void>;
}

/** Requests in work get so long to end when the service closes, ms; with what follows it ends within 5 s. */
const CLOSE_TIMEOUT_MS = 4_000;

/**
 * Puts the Face service together: data folder, engine, sessions, routes. The composition is here alone; every part gets what
 * it needs as plain arguments.
 * @throws DataFolderError, PolicyError, ModelError; each says in a sentence what is wrong
 */
export async function createServer(config: ServerConfig): Promise<FaceServer> {
  const { clock = Date.now, random = randomBytes as Random, logger } = config;
  const host = config.host ?? DEFAULT_HOST;
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    closing.push(lockDataFolder(config.dataDir));
    const folder = await openDataFolder(config.dataDir, {
      random,
      ...(config.masterKey !== undefined && { masterKey: config.masterKey }),
    });
    const { store, vault } = folder;
    closing.push(() => folder.close());
    const policy = loadPolicy(config.policyFile);
    const judge: MeasurableEngine = config.engine ?? (await startPool(config, policy));
    closing.push(() => judge.close());
    const shadowSource = await openShadow(config, policy, judge);
    closing.push(() => shadowSource?.engine.close());
    const metrics = createMetrics(judge);
    const engine = metrics.watchEngine(judge);

    let listening: string | null = null;
    const endpoint = () => config.publicUrl ?? listening ?? `http://${host}:${config.port ?? DEFAULT_PORT}`;
    const resources = createResources(store, vault, { clock, random });
    const firstResource = await resources.ensureFirst();
    const accounts = createAccounts({
      store,
      vault,
      clock,
      random,
      oidc: config.oidc,
      passwordCost: config.passwordCost,
    });
    const ownerToken = await accounts.people.firstOwner();
    const keys = await openSigningKeys(store, vault, { clock, random });
    const tokens = createSessionTokens(keys, { endpoint, clock, random });
    const abuse = createAbuseMonitor({ vault, engine, clock });
    const attempts = createAttempts({ store, vault, abuse, clock, random });
    await attempts.recover();
    const sessions = createSessions({ store, vault, tokens, engine, attempts, abuse, clock, random });
    const shadowWeights = shadowSource?.weights ?? null;
    await rememberVersions(store, { ...engine.versions, shadowWeights });
    const candidates = createCandidates({
      store,
      versions: engine.versions,
      clock,
      random,
      onStale: (sentence) => logger?.warn(sentence),
    });
    const shadow = createShadow({
      store,
      candidates,
      clock,
      onError: (error) => logger?.error({ err: error }, 'shadow'),
    });
    const models = createModelCandidates({ store, clock, random });
    const shadowModel =
      shadowSource &&
      startShadowModel({
        store,
        source: shadowSource,
        judge,
        installed: policy,
        models,
        shadow,
        onError: (error) => logger?.error({ err: error }, 'shadow model'),
      });
    closing.push(() => shadowModel?.stop());
    const captures = createCaptures({
      attempts,
      sessions,
      engine,
      candidates,
      shadow: {
        watch(judged) {
          shadowModel?.offer(judged);
          return shadow.watch(judged);
        },
      },
      clock,
      report: ({ session, attempt, analysis, failedRules }) => {
        metrics.analysis(analysis);
        logger?.info(
          {
            session: session.id,
            attempt: attempt.attemptId,
            decision: analysis.decision,
            reasons: analysis.reasons.map(({ code }) => code),
            quality: analysis.quality,
            ...(failedRules.length > 0 && { referenceRules: failedRules }),
          },
          'judged',
        );
      },
    });
    const presentations = createPresentations({ store, vault, clock });
    const recording = createRecording({ store, vault, sessions, clock, random });
    const runs = createRuns({ store, candidates, clock, random });
    const runQueue = startRunQueue({
      runs,
      presentations,
      resources,
      candidates,
      engine: { versions: judge.versions, analyse: (judge.atLeisure ?? judge).analyse },
      policy,
      clock,
      onError: (error) => logger?.error({ err: error }, 'lab'),
    });
    closing.push(() => runQueue.stop());
    const links = createQuickLinks({ store, vault, sessions, tokens, clock, random });
    const faces = createFaces({ store, vault, clock, random });
    const auditRetention = createAuditRetention({ store, vault, clock });
    const sweeper = startSweeper({
      store,
      resources,
      sessions,
      faces,
      auditRetention,
      clock,
      onError: (error) => logger?.error({ err: error }, 'sweep'),
    });
    closing.push(() => sweeper.stop());

    const app = createApp({
      logger,
      random,
      trustProxy: config.trustProxy ?? false,
      https: config.https,
      region: config.region,
    });
    const calls = startCallCounter(store, {
      clock,
      onError: (error) => logger?.error({ err: error }, 'usage'),
    });
    closing.push(() => calls.stop());
    closing.push(closeWithin(app, CLOSE_TIMEOUT_MS));
    metrics.watchRoutes(app);
    const limits = createCallLimits(clock);
    const callers = createCallers({ resources, sessions, tokens, limits, endpoint });
    const face: Face = {
      resources,
      attempts,
      sessions,
      captures: recordLab(countOutcomes(captures, metrics), { attempts, recording, clock }),
      faces,
      engine,
      callers,
      results: createSignedResults(keys, endpoint),
      async modelVersion(resource) {
        const candidate = await candidates.deciding(resource);
        return modelVersion({ ...engine.versions, ...(candidate && { policy: candidate.version }) });
      },
      clock,
    };
    mountFace(app, face, calls);
    const recognition = createRecognition({ store, clock });
    const allowed = config.webhookAllow ?? [];
    const webhooks = createWebhooks({ store, vault, clock, random, allowed });
    const webhookSender = startWebhookSender({
      store,
      vault,
      clock,
      random,
      allowed,
      onError: (error) => logger?.error({ err: error }, 'webhooks'),
    });
    closing.push(() => webhookSender.stop());
    const keptFiles = createKeptFiles({ store, vault, clock });
    mountManagement(app, {
      ...accounts,
      store,
      resources,
      sessions,
      recognition,
      webhooks,
      keptFiles,
      engine,
      auditRetention,
      verifyAuditLog: () => verifyAuditLog(store, vault),
      personalData: createPersonalData({ store, vault, keptFiles, clock, onRemoved: abuse.forget }),
      presentations,
      recording,
      runs,
      runQueue,
      candidates,
      models,
      shadowWeights,
      moveThresholds: createMovedCandidates({
        ...{ store, runs, candidates },
        ...{ versions: engine.versions, installed: policy },
      }),
      shadow,
      installed: policy,
      links,
      limits,
      endpoint,
      clock,
    });
    mountPortal(app, { endpoint });
    mountPages(app, { endpoint, clientFolder: config.clientFolder });
    mountQuickLink(app, { links, callers, resources, endpoint });
    app.get('/healthz', async () => ({ status: 'ok', versions: engine.versions }));
    app.get('/.well-known/jwks.json', () => keys.jwks());

    return {
      app,
      resources,
      firstResource,
      webhookSender,
      ownerLink: () => (ownerToken === null ? null : invitationLink(endpoint(), ownerToken)),
      endpoint,
      sweep: () => sweeper.sweep(),
      close,
      async listen() {
        metrics.watchProcess();
        listening = await app.listen({ host, port: config.port ?? DEFAULT_PORT });
        await store
          .insertInto('settings')
          .values({ key: 'endpoint', value: endpoint() })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: endpoint() }))
          .execute();
        return endpoint();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Every version of the API by its path; an API generation is a folder and a line here. */
function mountFace(app: FastifyInstance, face: Face, calls: CallCounter): void {
  const mount = (api: FastifyInstance, version: string, routes: (scope: FastifyInstance) => void) =>
    api.register(
      async (scope) => {
        scope.addHook('onSend', async (_request, reply) => {
          reply.header('cache-control', 'no-store');
          if (reply.statusCode < 400)
            reply.header('csp-billing-usage', 'CognitiveServices.Face.Transaction=1');
        });
        scope.addHook('onResponse', async ({ resource, session }) => {
          if (resource && !session?.lab) calls.count(resource.id);
        });
        routes(scope);
      },
      { prefix: `/face/${version}` },
    );
  const mountAll = (api: FastifyInstance, version: string, generation: (scope: FastifyInstance) => void) =>
    mount(api, version, (scope) => {
      generation(scope);
      mountDeviceRoutes(scope, face);
      mountDetect(scope, face, version !== 'v1.1-preview.1');
    });
  void app.register(async (api) => {
    await describeRoutes(api);
    void mount(api, 'v1.0', (scope) => mountDetect(scope, face, false));
    void mountAll(api, 'v1.1-preview.1', (scope) => mountGenerationA(scope, face, 'v1.1-preview.1'));
    void mountAll(api, 'v1.2-preview.1', (scope) => mountGenerationA(scope, face, 'v1.2-preview.1'));
    void mountAll(api, 'v1.2', (scope) => mountGenerationB(scope, face, 'v1.2'));
    void mountAll(api, 'v1.3-preview.1', (scope) => mountGenerationB(scope, face, 'v1.3-preview.1'));
  });
}

/** The same captures, what comes of each counted. */
function countOutcomes({ judge }: Captures, metrics: Metrics): Captures {
  return {
    async judge(resource, session, call, read) {
      const answer = await judge(resource, session, call, read);
      if (answer.outcome) metrics.outcome(session.kind, answer.outcome);
      return answer;
    },
  };
}

async function startPool(config: ServerConfig, policy: Policy): Promise<AnalysisPool> {
  const { modelsDir, weights, workers, logger } = config;
  return createAnalysisPool({
    modelsFolder: modelsDir,
    policy,
    ...(weights !== undefined && { weights: await expectWeights(modelsDir, weights) }),
    ...(workers !== undefined && { workers }),
    onWorkerError: (error) => logger?.error({ err: error }, 'worker'),
  });
}

async function openShadow(
  { shadowModelsDir, shadowSource, logger }: ServerConfig,
  policy: Policy,
  judge: MeasurableEngine,
): Promise<ShadowSource | null> {
  if (shadowSource) return shadowSource;
  if (shadowModelsDir === undefined) return null;
  const { whenIdle } = judge;
  return openShadowWeights(shadowModelsDir, policy, {
    ...(whenIdle && { yieldTo: { whenIdle } }),
    onWorkerError: (error) => logger?.error({ err: error }, 'shadow model'),
  });
}

/** Ends idle connections at once, busy ones with their answer, and after a while all that are left. */
function closeWithin(app: FastifyInstance, timeoutMs: number): () => Promise<void> {
  let closing = false;
  // A connection that is kept alive would hold the close up.
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  return async () => {
    closing = true;
    const force = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
    await app.close();
    clearTimeout(force);
  };
}
