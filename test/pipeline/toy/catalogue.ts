import {createHash} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {z} from 'zod'
import type {Catalogue, FileKind, Values} from '../../../lib/pipeline/stage.ts'

/** A pipeline of one number: it has the real one's shape, and a stage takes milliseconds. */
export const parameters = z.strictObject({
  seed: z.int(),
  epochs: z.int().min(0),
  data: z.strictObject({file: z.string().min(1), folder: z.string().nullable()}),
  mining: z.strictObject({sampler: z.enum(['all', 'random']), from_epoch: z.int().min(1).default(1)}),
  objective: z.discriminatedUnion('loss', [
    z.strictObject({loss: z.literal('triplet'), margin: z.number().min(0).describe('distance to keep')}),
    z.strictObject({loss: z.literal('supcon'), temperature: z.number().positive()}),
  ]),
  metrics: z.array(z.enum(['score', 'size'])).min(1),
})

const json: FileKind = {
  extension: '.json',
  check: async (file) => {
    const {problems = []} = JSON.parse(await readFile(file, 'utf8')) as {problems?: string[]}
    return problems
  },
  digest: async (file, {fields}) => {
    const content = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    const seen = (fields as string[]).map((field) => [field, content[field]])
    return createHash('sha256').update(JSON.stringify(seen)).digest('hex')
  },
}

function at(values: Values, group: string, name: string): unknown {
  return (values[group] as Values)[name]
}

/** The stages in a folder that is given from the root, so that tests can edit copies of them. */
export function toyCatalogue(folder: string): Catalogue {
  const module = (name: string) => `${folder}/${name}.ts`
  return {
    stages: {
      prepare: {
        module: module('prepare'),
        inputs: {},
        outputs: {numbers: 'numbers'},
        external: (values) => {
          const tree = at(values, 'data', 'folder')
          const file = {path: String(at(values, 'data', 'file')), kind: 'file', parameter: 'data.file'} as const
          return tree === null ? [file] : [file, {path: String(tree), kind: 'tree', parameter: 'data.folder'}]
        },
        numeric: false,
      },
      initialize: {module: module('initialize'), inputs: {}, outputs: {model: 'model'}, numeric: false},
      describe: {
        module: module('describe'),
        inputs: {numbers: {kind: 'numbers', reads: () => ({fields: ['numbers']})}, model: {kind: 'model'}},
        outputs: {described: 'described'},
        choices: {split: ['train', 'val']},
        numeric: true,
      },
      mine: {
        module: module('mine'),
        inputs: {
          numbers: {kind: 'numbers'},
          described: {
            kind: 'described',
            needed: (values) =>
              at(values, 'mining', 'sampler') === 'all' &&
              Number(values.epoch) >= Number(at(values, 'mining', 'from_epoch')),
          },
        },
        outputs: {batches: 'batches'},
        numeric: false,
      },
      train: {
        module: module('train'),
        inputs: {batches: {kind: 'batches'}, model: {kind: 'model'}, training: {kind: 'training'}},
        outputs: {model: 'model', training: 'training'},
        modules: (values) => [module(`loss-${at(values, 'objective', 'loss')}`)],
        numeric: true,
      },
      score: {
        module: module('score'),
        inputs: {described: {kind: 'described'}},
        outputs: {metrics: 'metrics'},
        numeric: false,
      },
    },
    kinds: {numbers: json, model: json, described: json, batches: json, training: json, metrics: json},
    numerics: () => ({threads: process.env.NEARMISS_THREADS ?? '2'}),
  }
}
