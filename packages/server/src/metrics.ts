import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Analysis, Engine } from '@bonafide/engine';
import type { AnalysisPool, NetworkTime, PoolStats } from './analysis-pool.js';
import type { Outcome, SessionKind } from './session.js';

/** What the service counts for Prometheus; nothing in it names a resource, a session or a person. */
export interface Metrics {
  /** Counts every call of the routes that are added afterwards, and serves `/metrics`. */
  watchRoutes(app: FastifyInstance): void;
  /** The same engine, its times taken. */
  watchEngine(engine: Engine): Engine;
  /** A judged or refused capture. */
  outcome(kind: SessionKind, outcome: Outcome): void;
  /** What the engine found in a capture. */
  analysis(analysis: Analysis): void;
  /** Adds figures of the process: memory, CPU, event loop. */
  watchProcess(): void;
}

/** From a read of a session to the longest analysis, s. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** An engine that may say how busy it is, and do what can wait. */
export type MeasurableEngine = Engine & Partial<Pick<AnalysisPool, 'stats' | 'atLeisure' | 'whenIdle'>>;

export function createMetrics({ versions, stats }: MeasurableEngine): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const calls = new Counter({
    name: 'bonafide_requests_total',
    help: 'Answered calls by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const latency = new Histogram({
    name: 'bonafide_request_seconds',
    help: 'Time from the first byte of a call to the end of its answer.',
    labelNames: ['method', 'route'],
    buckets: SECONDS,
    registers,
  });
  const rejections = new Counter({
    name: 'bonafide_rejections_total',
    help: 'Calls that were answered with an error, by its code: rate limits are 429, a full queue is ServiceUnavailable.',
    labelNames: ['code'],
    registers,
  });
  const decisions = new Counter({
    name: 'bonafide_decisions_total',
    help: 'Captures by what came of them: a decision, or the error that refused them.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const quality = new Counter({
    name: 'bonafide_quality_reasons_total',
    help: 'Reasons for which a capture was not good enough to be judged.',
    labelNames: ['reason'],
    registers,
  });
  const engineTime = new Histogram({
    name: 'bonafide_engine_seconds',
    help: 'Time that the engine took for a capture or a reference image, waiting for a worker included.',
    labelNames: ['job', 'ended'],
    buckets: SECONDS,
    registers,
  });
  new Gauge({
    name: 'bonafide_info',
    help: 'Always 1; versions of the engine and of its decision policy.',
    labelNames: ['engine', 'policy'],
    registers,
  }).set({ engine: versions.engine, policy: versions.policy }, 1);
  if (stats) {
    addQueue(registers, stats);
    addNetworks(registers, stats);
  }

  function timed<A extends unknown[], T>(job: string, work: (...args: A) => Promise<T>) {
    return async (...args: A): Promise<T> => {
      const end = engineTime.startTimer({ job });
      try {
        const done = await work(...args);
        end({ ended: 'well' });
        return done;
      } catch (error) {
        end({ ended: 'badly' });
        throw error;
      }
    };
  }

  return {
    watchRoutes(app) {
      app.addHook('onResponse', async (request, reply) => {
        const route = request.routeOptions.url ?? 'unknown';
        const { method } = request;
        calls.inc({ method, route, status: reply.statusCode });
        latency.observe({ method, route }, reply.elapsedTime / 1000);
        const code = reply.getHeader('x-ms-error-code');
        if (code !== undefined) rejections.inc({ code: String(code) });
      });
      app.get('/metrics', async (_request, reply) =>
        reply.type(registry.contentType).send(await registry.metrics()),
      );
    },
    watchEngine: (engine) => ({
      versions: engine.versions,
      analyse: timed('analyse', (request, signal) => engine.analyse(request, signal)),
      inspectReference: timed('inspectReference', (content, signal) =>
        engine.inspectReference(content, signal),
      ),
      detectFaces: timed('detectFaces', (content, wanted, signal) =>
        engine.detectFaces(content, wanted, signal),
      ),
      pictures: timed('pictures', (content, signal) => engine.pictures(content, signal)),
      compare: (one, other) => engine.compare(one, other),
      close: () => engine.close(),
    }),
    outcome(kind, outcome) {
      decisions.inc({ kind, outcome: outcome.kind === 'decided' ? outcome.decision : outcome.error });
    },
    analysis({ quality: reasons }) {
      for (const reason of reasons) quality.inc({ reason });
    },
    watchProcess: () => collectDefaultMetrics({ register: registry }),
  };
}

function addQueue(registers: Registry[], stats: () => PoolStats): void {
  const gauge = (name: string, help: string, read: (now: PoolStats) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(stats()));
      },
    });
  gauge('bonafide_queue_active', 'Analyses at work.', ({ active }) => active);
  gauge('bonafide_queue_waiting', 'Analyses that wait for a worker.', ({ waiting }) => waiting);
  gauge('bonafide_queue_limit', 'Analyses that may wait; more are refused.', ({ maxQueue }) => maxQueue);
  gauge('bonafide_workers', 'Threads that run the networks.', ({ workers }) => workers);
}

function addNetworks(registers: Registry[], stats: () => PoolStats): void {
  const counter = (name: string, help: string, read: (time: NetworkTime) => number) =>
    new Counter({
      name,
      help,
      labelNames: ['network'],
      registers,
      collect() {
        this.reset();
        for (const [network, time] of stats().networks) this.inc({ network }, read(time));
      },
    });
  counter('bonafide_network_runs_total', 'Runs of each network.', ({ runs }) => runs);
  counter('bonafide_network_seconds_total', 'Time that each network has run.', ({ ms }) => ms / 1000);
}
