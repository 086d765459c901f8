import {readFile} from 'node:fs/promises'
import type {Catalogue} from '../../../../lib/pipeline/stage.ts'

/** The verbs' own small project: a "model" is one number, learning adds to it. */
export const catalogue: Catalogue = {
  numerics: () => ({}),
  stages: {
    'prepare-splits': {module: 'stages/prepare-splits.ts', inputs: {}, outputs: {images: 'images'}, numeric: false},
    'initialize-model': {module: 'stages/initialize-model.ts', inputs: {}, outputs: {model: 'model'}, numeric: false},
    'mine-negatives': {
      module: 'stages/mine-negatives.ts',
      inputs: {images: {kind: 'images'}},
      outputs: {neighbours: 'neighbours'},
      numeric: false,
    },
    'train-epoch': {
      module: 'stages/train-epoch.ts',
      inputs: {neighbours: {kind: 'neighbours'}, model: {kind: 'model'}},
      outputs: {model: 'model', steps: 'steps'},
      numeric: false,
    },
    evaluate: {
      module: 'stages/evaluate.ts',
      inputs: {model: {kind: 'model'}},
      outputs: {metrics: 'metrics'},
      numeric: false,
    },
  },
  kinds: {
    images: {extension: '.arrow', check: async () => []},
    neighbours: {extension: '.arrow', check: async () => []},
    steps: {extension: '.arrow', check: async () => []},
    metrics: {extension: '.json', check: async () => []},
    model: {
      extension: '.json',
      check: async (file) => {
        const {quality} = JSON.parse(await readFile(file, 'utf8')) as {quality: number}
        return quality <= 1 ? [] : [`quality must be at most 1, got ${quality}.`]
      },
    },
  },
}
