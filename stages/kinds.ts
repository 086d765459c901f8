import {createHash} from 'node:crypto'
import {readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'
import type {Catalogue, FileKind, Values} from '../lib/pipeline/stage.ts'

/**
 * What stages hand each other: how a file is called, what is checked before it is taken for whole, and what of it a reader sees. Every verb loads this, so what
 * checks a file is imported only when there is one to check.
 */
export const kinds: Catalogue['kinds'] = {
  images: table(async (file) => (await import('../lib/tables/images.ts')).checkImages(file)),
  membership: table(async (file) => (await import('../lib/tables/members.ts')).checkMembers(file)),
  descriptors: table(async (file, {inputs, values}) =>
    (await import('../lib/tables/descriptors.ts')).checkDescriptors(file, inputs.images!, String(values.split)),
  ),
  'unit-vectors': table(async (file) => (await import('../lib/tables/descriptors.ts')).checkUnitVectors(file)),
  torch: {extension: '.pth', check: isNotEmpty},
  onnx: {extension: '.onnx', check: isNotEmpty},
  report: {extension: '.json', check: isNotEmpty},
  outlook: {extension: '.json', check: isNotEmpty},
  // A folder: it is never in the store.
  tfjs: {extension: '.tfjs', check: (folder) => isNotEmpty(join(folder, 'model.json'))},
  index: {extension: '.hnsw', check: isNotEmpty},
  inspection: {extension: '.json', check: isNotEmpty},
  neighbours: table(async (file, {inputs}) =>
    (await import('../lib/tables/neighbours.ts')).checkNeighbours(file, inputs.images!),
  ),
  batches: table(async (file, {inputs}) =>
    (await import('../lib/tables/batches.ts')).checkBatches(file, inputs.images!),
  ),
  steps: table(async (file) => (await import('../lib/tables/steps.ts')).checkSteps(file)),
  rates: table(async (file) => (await import('../lib/tables/rates.ts')).checkRates(file)),
  queries: table(async (file) => (await import('../lib/tables/queries.ts')).checkQueries(file)),
  model: {
    extension: '.safetensors',
    check: async (file) => (await import('../lib/model/check-checkpoint.ts')).checkModel(file),
  },
  training: {
    extension: '.safetensors',
    check: async (file) => (await import('../lib/model/check-checkpoint.ts')).checkTraining(file),
  },
  metrics: {
    extension: '.json',
    check: async (file) => (await import('../lib/metrics/check.ts')).checkMetrics(file),
    digest: digestMetric,
  },
}

async function isNotEmpty(file: string): Promise<string[]> {
  return (await stat(file)).size > 0 ? [] : ['the file is empty']
}

function table(check: FileKind['check']): FileKind {
  return {
    extension: '.arrow',
    check,
    digest: async (file, {columns, where}) => {
      const {digestColumns} = await import('../lib/tables/digest.ts')
      return digestColumns(file, {columns, where} as Parameters<typeof digestColumns>[1])
    },
  }
}

/** Who looks at one metric does not mind what else is measured. */
async function digestMetric(file: string, {metric}: Values): Promise<string> {
  const {metrics} = JSON.parse(await readFile(file, 'utf8')) as {metrics: Record<string, number | null>}
  const seen = JSON.stringify([metric, metrics[String(metric)] ?? null])
  return createHash('sha256').update(seen).digest('hex')
}
