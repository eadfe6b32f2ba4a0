/** The arrows of docs/architecture.md: protocol <- engine <- server <- cli; protocol <- web, simulator, portal. */
const arrow = (from, allowed, further = '') => ({
  name: `${from}-imports-only-${allowed.join('-') || 'nothing'}`,
  severity: 'error',
  from: { path: `^packages/${from}/src`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(packages|apps|examples)/',
    pathNot: `^packages/(${[from, ...allowed].join('|')})/${further}`,
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    arrow('protocol', []),
    arrow('engine', ['protocol']),
    arrow('simulator', ['protocol']),
    arrow('web', ['protocol']),
    arrow('server', ['protocol', 'engine']),
    arrow('cli', ['protocol', 'engine', 'server', 'simulator'], '|^examples/app-server/'),
    {
      name: 'only-the-demo-imports-the-example',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/cli/src/demo\\.ts$|\\.test\\.ts$' },
      to: { path: '^examples/' },
    },
    {
      name: 'portal-imports-only-protocol',
      severity: 'error',
      from: { path: '^apps/portal/src' },
      to: { path: '^packages/', pathNot: '^packages/protocol/' },
    },
    {
      name: 'one-importer-of-onnxruntime',
      severity: 'error',
      from: { path: '^packages', pathNot: '^packages/engine/src/onnx\\.ts$' },
      to: { path: 'onnxruntime' },
    },
    {
      name: 'engine-knows-no-http-database-or-server',
      severity: 'error',
      from: { path: '^packages/engine/src' },
      to: { path: 'node_modules/(fastify|kysely|better-sqlite3)/|^(node:)?https?$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|^examples/mobile/(android|ios)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
