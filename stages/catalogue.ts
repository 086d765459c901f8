import {resolve} from 'node:path'
import {describeNumerics} from '../lib/engine/numerics.ts'
import type {MetricsSpec} from '../lib/metrics/parameters.ts'
import type {ObjectiveSpec} from '../lib/objectives/parameters/objective.ts'
import {partsOf} from '../lib/objectives/parts.ts'
import {usesDescriptors} from '../lib/objectives/uses-descriptors.ts'
import {isOwnModule} from '../lib/own-module.ts'
import type {Catalogue, StageDefinition, Values} from '../lib/pipeline/stage.ts'
import {kinds} from './kinds.ts'
import type {ExtractGalleryValues, MineNegativesValues} from './parameters.ts'

/** Decodes and transforms: started as a thread, so no import leads to it. */
const loaderThread = 'lib/data/loader/worker.ts'

const splits = ['train', 'val', 'test']

/** What is used of every picture. */
const boxColumns = ['box_left', 'box_top', 'box_width', 'box_height']

const trainingInputs: StageDefinition['inputs'] = {
  images: {kind: 'images', reads: () => ({columns: ['id', 'label', 'sha256', ...boxColumns], where: {split: 'train'}})},
  batches: {kind: 'batches'},
  model: {kind: 'model'},
  training: {kind: 'training'},
}

/** Everything the runner is told about the stages of this project. */
export const catalogue: Catalogue = {
  numerics: describeNumerics,
  stages: {
    'prepare-splits': {
      module: 'stages/prepare-splits.ts',
      inputs: {},
      outputs: {images: 'images', membership: 'membership'},
      external: (values) => [{path: text(values, 'data', 'root'), kind: 'tree', parameter: 'data.root'}],
      modules: (values) => [moduleOf('lib/data/formats', text(values, 'data', 'format'))],
      numeric: false,
    },
    'check-mining': {
      module: 'stages/check-mining.ts',
      inputs: {images: {kind: 'images', reads: namesForSampler}},
      outputs: {outlook: 'outlook'},
      modules: (values) => [`lib/objectives/samplers/${text(values, 'mining', 'sampler')}.ts`],
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
      modules: (values) => [backboneModule(values)],
      numeric: false,
    },
    'extract-pixels': {
      module: 'stages/extract-pixels.ts',
      inputs: {images: {kind: 'images', reads: pixelsOfSplit}},
      outputs: {descriptors: 'descriptors'},
      choices: {split: splits},
      modules: () => [loaderThread],
      numeric: false,
    },
    'extract-descriptors': {
      module: 'stages/extract-descriptors.ts',
      inputs: {images: {kind: 'images', reads: pixelsOfSplit}, model: {kind: 'model'}},
      outputs: {descriptors: 'descriptors'},
      choices: {split: splits},
      modules: (values) => [loaderThread, backboneModule(values)],
      numeric: true,
    },
    'extract-gallery': {
      module: 'stages/extract-gallery.ts',
      inputs: {
        images: {kind: 'images', reads: pixelsOfSplit},
        // The same gallery at every epoch where its model is a file.
        model: {kind: 'model', needed: (values) => galleryModel(values) === null},
      },
      outputs: {descriptors: 'descriptors'},
      external: (values) => {
        const path = galleryModel(values)
        return path === null ? [] : [{path, kind: 'file', parameter: 'gallery.model'}]
      },
      choices: {split: splits},
      modules: async (values, folder) => [
        loaderThread,
        backboneModule(values),
        ...(await galleryModule(values, folder)),
      ],
      numeric: true,
    },
    'mine-negatives': {
      module: 'stages/mine-negatives.ts',
      inputs: {
        images: {kind: 'images', reads: namesForSampler},
        descriptors: {kind: 'descriptors', needed: needsDescriptors},
        // of the epoch before
        before: {kind: 'batches', needed: looksAtResults},
        metrics: {
          kind: 'metrics',
          needed: looksAtResults,
          reads: ({schedule}) => ({metric: (schedule as Values).metric}),
        },
      },
      outputs: {neighbours: 'neighbours', batches: 'batches'},
      modules: (values) => [
        `lib/objectives/samplers/${text(values, 'mining', 'sampler')}.ts`,
        `lib/objectives/schedules/${text(values, 'schedule', 'name')}.ts`,
      ],
      numeric: true,
    },
    'train-epoch': {
      module: 'stages/train-epoch.ts',
      inputs: trainingInputs,
      outputs: {model: 'model', training: 'training', steps: 'steps'},
      modules: trainingModules,
      numeric: true,
    },
    'find-lr': {
      module: 'stages/find-lr.ts',
      inputs: trainingInputs,
      outputs: {rates: 'rates'},
      modules: trainingModules,
      numeric: true,
    },
    // Not in pipeline.yaml: `nearmiss doctor data` looks at a folder.
    'inspect-data': {
      module: 'stages/inspect-data.ts',
      inputs: {},
      outputs: {inspection: 'inspection'},
      numeric: false,
    },
    // Not in pipeline.yaml: `nearmiss search` wires these two to the state that it searches with.
    'index-descriptors': {
      module: 'stages/index-descriptors.ts',
      inputs: {descriptors: {kind: 'descriptors'}},
      outputs: {index: 'index'},
      numeric: false,
    },
    'describe-images': {
      module: 'stages/describe-images.ts',
      inputs: {model: {kind: 'model'}, pictures: {kind: 'pictures'}},
      outputs: {descriptors: 'unit-vectors'},
      modules: (values) => [loaderThread, backboneModule(values)],
      numeric: true,
    },
    // Not in pipeline.yaml: `nearmiss export` gives these a model.
    'export-safetensors': exportTo('model'),
    'export-torch': exportTo('torch'),
    'export-onnx': exportTo('onnx'),
    'export-tfjs': exportTo('tfjs'),
    // Not in pipeline.yaml: `nearmiss weights FILE`.
    'inspect-weights': {
      module: 'stages/inspect-weights.ts',
      inputs: {},
      outputs: {report: 'report'},
      numeric: false,
    },
    evaluate: {
      module: 'stages/evaluate.ts',
      inputs: {
        images: {
          kind: 'images',
          reads: (values) =>
            // Whitening is learnt from the classes of the training images, too.
            isWhitened(values)
              ? {columns: ['id', 'label', 'split']}
              : {columns: ['id', 'label'], where: {split: values.split}},
        },
        descriptors: {kind: 'descriptors'},
        gallery: {kind: 'descriptors', needed: ({gallery}) => (gallery ?? false) !== false},
        membership: {
          kind: 'membership',
          belongsTo: 'images',
          reads: ({split}) => ({columns: ['set', 'id', 'role'], where: {split}}),
        },
        // By hand, with --in.
        labels: {kind: 'labels', needed: () => false, standsFor: 'images'},
        gallery_labels: {kind: 'labels', needed: () => false},
        training: {kind: 'descriptors', needed: isWhitened},
        training_labels: {kind: 'labels', needed: () => false},
      },
      outputs: {metrics: 'metrics', queries: 'queries'},
      choices: {split: splits},
      numeric: true,
    },
  },
  kinds,
}

/** An extraction sees pictures, not what they are called: relabelling or moving a data set extracts nothing again. */
function pixelsOfSplit({split}: Values): Values {
  return {columns: ['id', 'sha256', ...boxColumns], where: {split}}
}

/** Renaming classes plans nothing again, unless the sampler reads their names. */
function namesForSampler(values: Values): Values {
  const names = text(values, 'mining', 'sampler') === 'hierarchical' ? ['class_name'] : []
  return {columns: ['id', 'label', ...names], where: {split: 'train'}}
}

function needsDescriptors(values: Values): boolean {
  const {mining, epoch} = values as unknown as MineNegativesValues
  return usesDescriptors(mining, epoch)
}

function galleryModel({gallery}: Values): string | null {
  return (gallery as ExtractGalleryValues['gallery'])?.model ?? null
}

/** The network that describes a gallery from a file, which says which one it is; nothing where it does not: the stage tells what is wrong. */
async function galleryModule(values: Values, folder: string): Promise<string[]> {
  const path = galleryModel(values)
  if (path === null) return []
  const {backboneOf} = await import('../lib/model/backbone-of.ts')
  const backbone = await backboneOf(resolve(folder, path))
  return backbone === undefined ? [] : [moduleOf('lib/model/backbones', backbone)]
}

function isWhitened({metrics}: Values): boolean {
  return (metrics as MetricsSpec).descriptors.whitening !== null
}

function looksAtResults(values: Values): boolean {
  return text(values, 'schedule', 'name') === 'plateau'
}

/** Of a name the file in a folder; a user's file is its own. */
function moduleOf(folder: string, name: string): string {
  return isOwnModule(name) ? name : `${folder}/${name}.ts`
}

function backboneModule(values: Values): string {
  return moduleOf('lib/model/backbones', text(values, 'model', 'backbone'))
}

function trainingModules(values: Values): string[] {
  return [
    loaderThread,
    backboneModule(values),
    ...objectiveModules(values.objective as unknown as ObjectiveSpec),
    `lib/engine/optimizers/${text(values, 'optimizer', 'name')}.ts`,
  ]
}

/** The files of the chosen losses with their miners and regularisers. */
function objectiveModules(spec: ObjectiveSpec): string[] {
  return partsOf(spec).flatMap(({objective: {loss, miner, regularizers}}) => [
    moduleOf('lib/objectives/losses', loss),
    ...(miner ? [`lib/objectives/miners/${miner.name}.ts`] : []),
    ...regularizers.map(({name}) => `lib/objectives/regularizers/${name}.ts`),
  ])
}

function exportTo(kind: string): StageDefinition {
  return {
    module: 'stages/export-model.ts',
    inputs: {model: {kind: 'model'}},
    outputs: {network: kind},
    numeric: false,
  }
}

function text(values: Values, group: string, name: string): string {
  return String((values[group] as Values)[name])
}
