import {readFile} from 'node:fs/promises'
import {describeNumerics} from '../lib/engine/numerics.ts'
import {checkModel, checkTraining} from '../lib/model/check-checkpoint.ts'
import {usesDescriptors} from '../lib/objectives/parameters.ts'
import type {Catalogue, FileKind, Values} from '../lib/pipeline/stage.ts'
import {checkBatches} from '../lib/tables/batches.ts'
import {checkDescriptors} from '../lib/tables/descriptors.ts'
import {digestColumns, type Projection} from '../lib/tables/digest.ts'
import {checkImages} from '../lib/tables/images.ts'
import {checkNeighbours} from '../lib/tables/neighbours.ts'
import {checkQueries} from '../lib/tables/queries.ts'
import {checkSteps} from '../lib/tables/steps.ts'
import {mineNegativesValues, trainEpochValues} from './parameters.ts'

/** Decodes and transforms: started as a thread, so no import leads to it. */
const loaderThread = 'lib/data/loader/worker.ts'

/** Everything the runner is told about the stages of this project. */
export const catalogue: Catalogue = {
  numerics: describeNumerics,
  stages: {
    'prepare-splits': {
      module: 'stages/prepare-splits.ts',
      inputs: {},
      outputs: {images: 'images'},
      external: (values) => [{path: text(values, 'data', 'root'), kind: 'tree', parameter: 'data.root'}],
      numeric: false,
    },
    'initialize-model': {
      module: 'stages/initialize-model.ts',
      inputs: {},
      outputs: {model: 'model'},
      external: (values) => {
        const weights = text(values, 'model', 'weights')
        return weights === 'random' ? [] : [{path: weights, kind: 'file', parameter: 'model.weights'}]
      },
      numeric: false,
    },
    'extract-pixels': {
      module: 'stages/extract-pixels.ts',
      inputs: {images: {kind: 'images', reads: pixelsOfSplit}},
      outputs: {descriptors: 'descriptors'},
      modules: () => [loaderThread],
      numeric: false,
    },
    'extract-descriptors': {
      module: 'stages/extract-descriptors.ts',
      inputs: {images: {kind: 'images', reads: pixelsOfSplit}, model: {kind: 'model'}},
      outputs: {descriptors: 'descriptors'},
      modules: () => [loaderThread],
      numeric: true,
    },
    'mine-negatives': {
      module: 'stages/mine-negatives.ts',
      inputs: {
        images: {kind: 'images', reads: () => ({columns: ['id', 'label'], where: {split: 'train'}})},
        descriptors: {kind: 'descriptors', needed: needsDescriptors},
      },
      outputs: {neighbours: 'neighbours', batches: 'batches'},
      modules: (values) => [`lib/objectives/samplers/${mineNegativesValues.parse(values).mining.sampler}.ts`],
      numeric: true,
    },
    'train-epoch': {
      module: 'stages/train-epoch.ts',
      inputs: {
        images: {kind: 'images', reads: () => ({columns: ['id', 'label', 'sha256'], where: {split: 'train'}})},
        batches: {kind: 'batches'},
        model: {kind: 'model'},
        training: {kind: 'training'},
      },
      outputs: {model: 'model', training: 'training', steps: 'steps'},
      modules: (values) => [loaderThread, `lib/objectives/losses/${trainEpochValues.parse(values).objective.loss}.ts`],
      numeric: true,
    },
    evaluate: {
      module: 'stages/evaluate.ts',
      inputs: {
        images: {kind: 'images', reads: ({split}) => ({columns: ['id', 'label'], where: {split}})},
        descriptors: {kind: 'descriptors'},
      },
      outputs: {metrics: 'metrics', queries: 'queries'},
      numeric: true,
    },
  },
  kinds: {
    images: {extension: '.arrow', check: (file) => checkImages(file), digest: digestTable},
    descriptors: {
      extension: '.arrow',
      check: (file, {inputs, values}) => checkDescriptors(file, inputs.images!, String(values.split)),
      digest: digestTable,
    },
    neighbours: {extension: '.arrow', check: (file, {inputs}) => checkNeighbours(file, inputs.images!)},
    batches: {extension: '.arrow', check: (file, {inputs}) => checkBatches(file, inputs.images!)},
    steps: {extension: '.arrow', check: (file) => checkSteps(file)},
    queries: {extension: '.arrow', check: (file) => checkQueries(file)},
    model: {extension: '.safetensors', check: (file) => checkModel(file)},
    training: {extension: '.safetensors', check: (file) => checkTraining(file)},
    metrics: {extension: '.json', check: checkMetrics},
  } satisfies Record<string, FileKind>,
}

/** An extraction sees pictures, not what they are called: relabelling or moving a data set extracts nothing again. */
function pixelsOfSplit({split}: Values): Values {
  return {columns: ['id', 'sha256'], where: {split}}
}

function needsDescriptors(values: Values): boolean {
  const {mining, epoch} = mineNegativesValues.parse(values)
  return usesDescriptors(mining, epoch)
}

function digestTable(file: string, projection: Values): Promise<string> {
  return digestColumns(file, projection as unknown as Projection)
}

async function checkMetrics(file: string): Promise<string[]> {
  const {metrics} = JSON.parse(await readFile(file, 'utf8')) as {metrics: Record<string, number>}
  return Object.entries(metrics)
    .filter(([, value]) => !(value >= 0 && value <= 1))
    .map(([name, value]) => `${name} is ${value}; it must be from 0 to 1.`)
}

function text(values: Values, group: string, name: string): string {
  return String((values[group] as Values)[name])
}
