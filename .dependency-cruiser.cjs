// Who may import whom (docs/decisions/folders.md). One rule a line of the picture: everything not allowed is an error.
// `model/pickle` reads a file format, and is handed what a pickle may reach: it knows no model.
const only = (folder, ...allowed) => ({
  name: `${folder}-imports-only-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  from: {path: `^lib/${folder}/`},
  to: {
    path: '^(lib|stages|setup)/',
    pathNot: `^lib/(${[folder, ...allowed].join('|')})/|^lib/(random|user-error|shell-word|own-module|own-parameters|model/pickle)\\.ts$`,
  },
})

module.exports = {
  forbidden: [
    {name: 'no-cycles', severity: 'error', from: {}, to: {circular: true}},
    only('pipeline'),
    only('tables'),
    only('metrics'),
    only('report', 'tables'),
    only('engine'),
    only('data', 'tables'),
    only('model', 'engine'),
    only('objectives', 'engine'),
    {
      name: 'cli-imports-pipeline-tables-report-metrics',
      severity: 'error',
      from: {path: '^lib/cli/'},
      to: {path: '^lib/(engine|data|model|objectives)/'},
    },
    {
      name: 'only-the-engine-knows-tensorflow',
      severity: 'error',
      from: {pathNot: '^lib/engine/'},
      to: {path: 'node_modules/@tensorflow/'},
    },
  ],
  options: {
    tsConfig: {fileName: 'tsconfig.json'},
    tsPreCompilationDeps: true,
    doNotFollow: {path: 'node_modules'},
    enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'node', 'default']},
  },
}
