import {z} from 'zod'
import {dataParameters} from '../lib/data/parameters.ts'
import {trainingTransformList, transformList} from '../lib/data/transforms/parameters.ts'
import {nameAt} from '../lib/metrics/names.ts'
import {metricsParameters} from '../lib/metrics/parameters.ts'
import {optimizerParameters} from '../lib/model/optimizer-parameters.ts'
import {backboneNames, poolNames} from '../lib/model/spec.ts'
import {specMisfits} from '../lib/model/spec-misfits.ts'
import {miningParameters} from '../lib/objectives/parameters/mining.ts'
import {misfits} from '../lib/objectives/parameters/misfits.ts'
import type {Objection} from '../lib/objectives/parameters/objection.ts'
import {scheduleParameters} from '../lib/objectives/parameters/schedule.ts'
import {teacherlessObjective} from '../lib/objectives/parameters/teacherless.ts'
import {isOwnModule} from '../lib/own-module.ts'
import {nameOrFile, ownParameters} from '../lib/own-parameters.ts'
import {findSideProblems} from './picture-sides.ts'

const channel = z.tuple([z.number(), z.number(), z.number()])

const imageParameters = z.strictObject({
  train: trainingTransformList.describe('random transforms of the images that are trained on'),
  eval: transformList.describe('transforms of the images that are measured; they travel in the checkpoint'),
  mining: transformList
    .nullable()
    .default(null)
    .describe('transforms of the images that are mined among; null: those of eval'),
  multiscale: z
    .strictObject({
      scales: z
        .array(z.number().min(0.05).max(4))
        .min(1)
        .refine((scales) => new Set(scales).size === scales.length, 'must not name a scale twice')
        .default([1, Math.SQRT1_2, 0.5])
        .describe('of the transformed picture'),
      power: z
        .number()
        .min(1)
        .max(100)
        .nullable()
        .default(null)
        .describe('of the mean over scales; null: the exponent of GeM where no layer follows it, else 1'),
    })
    .nullable()
    .default(null)
    .describe('images that are measured are described at several scales; null: at one'),
  channels: z
    .enum(['rgb', 'bgr'])
    .default('rgb')
    .describe('order in which the network takes colours, and in which mean and std are; bgr: networks from Caffe'),
  range: z
    .union([z.literal(1), z.literal(255)], 'must be 1 or 255')
    .default(1)
    .describe('what a byte of 255 counts as; 255: networks from Caffe'),
  mean: channel.describe('subtracted from the channels, which are in 0..range'),
  std: channel.describe('divides the channels after that'),
})

const galleryParameters = z
  .strictObject({
    model: z.string().min(1).nullable().default(null).describe('path of a checkpoint; null: the model of the run'),
    transforms: transformList.nullable().default(null).describe('null: those that travel in the checkpoint'),
  })
  .refine(({model, transforms}) => model !== null || transforms !== null, {
    error: 'must name a model, transforms or both; null where queries look among each other',
  })
  .nullable()
  .default(null)
  .describe('images that are looked among, where another model or resolution describes them; null: as queries')

const modelParameters = z.strictObject({
  backbone: nameOrFile(backboneNames).describe('docs/networks.md tells of each'),
  width: z
    .int()
    .min(8)
    .max(256)
    .default(64)
    .describe('channels of the first layer; the descriptor has 8 times as many, with resnet50 and resnet101 32 times'),
  stem: z
    .enum(['imagenet', 'small'])
    .default('imagenet')
    .describe('small: 3x3 stride 2 and no max pool, for images of about 64 pixels'),
  pool: z
    .enum(poolNames)
    .default('spoc')
    .describe(
      'spoc: mean over positions; mac: maximum; gem, gem-channels: generalised mean with trained exponents; rmac: regions; ' +
        'cls: the class token of a transformer',
    ),
  embedding: z
    .strictObject({
      size: z.int().min(2).max(8192).describe('numbers in the descriptor'),
      hidden: z.array(z.int().min(2).max(8192)).default([]).describe('widths of layers before the last'),
      relu: z.enum(['between', 'mlrc']).default('between').describe('mlrc: before every layer but the last'),
      normalise: z
        .enum(['none', 'added', 'clamped'])
        .default('none')
        .describe('L2 before the first layer; added: RAML'),
    })
    .nullable()
    .default(null)
    .describe('linear layers behind the pooling; null: none'),
  batchnorm: z.enum(['frozen', 'live']).default('frozen').describe('frozen: statistics fixed, scale and shift trained'),
  dropout: z
    .number()
    .min(0)
    .max(0.95)
    .default(0)
    .describe('share of the pooled numbers that training leaves out before model.embedding'),
  stochastic_depth: z
    .number()
    .min(0)
    .max(0.95)
    .default(0)
    .describe('share of images for which training leaves out the last residual branch, earlier ones seldomer'),
  weights: z.string().min(1).describe('"random", or the path of a .pth or .safetensors file (nearmiss weights)'),
  own: ownParameters,
})

const findLrParameters = z
  .strictObject({
    lowest: z.number().positive().max(1000).default(1e-7),
    highest: z.number().positive().max(1000).default(1),
    steps: z.int().min(10).max(100_000).default(100).describe('over which the rate rises'),
    smoothing: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9)
      .describe('share of the running mean of losses that stays at each step'),
    stop_factor: z.number().gt(1).default(4).describe('over when the smoothed loss is so many times the smallest'),
  })
  .refine(({lowest, highest}) => lowest < highest, {error: 'must be more than lowest', path: ['highest']})
  .describe('a range test of learning rates, by hand: nearmiss stage find-lr')

const precision = z.enum(['float32', 'bfloat16'])
const seed = z.int().min(0).max(0xffffffff)

const everything = z.strictObject({
  seed,
  epochs: z.int().min(0).max(100_000),
  data: dataParameters,
  image: imageParameters,
  gallery: galleryParameters,
  model: modelParameters,
  mining: miningParameters,
  objective: teacherlessObjective,
  optimizer: optimizerParameters,
  schedule: scheduleParameters,
  precision: precision.default('float32'),
  metrics: metricsParameters,
  find_lr: findLrParameters.prefault({}),
})

/** Everything under `params:` in pipeline.yaml and in a preset. */
export const parameters = everything.superRefine(
  ({image, gallery, model, mining, objective, optimizer, schedule, metrics}, context) => {
    const refuse = (path: Objection['path'], message: string) =>
      context.addIssue({code: 'custom', path: [...path], message})
    for (const {path, text} of [...misfits({mining, objective}), ...specMisfits(model)]) refuse(path, text)
    for (const {path, text} of sideMisfits({model, image, gallery})) refuse(path, text)
    if (model.own !== undefined && !isOwnModule(model.backbone))
      refuse(['model', 'own'], `belongs to a backbone of your own, not to ${model.backbone}`)
    if (optimizer.chunk !== null && model.batchnorm === 'live') {
      refuse(
        ['optimizer', 'chunk'],
        'must be null with model.batchnorm live, where every image has a part in the embeddings of the others',
      )
    }
    if ((image.multiscale?.power ?? 1) !== 1 && model.embedding !== null) {
      refuse(
        ['image', 'multiscale', 'power'],
        'must be 1 or null with model.embedding, whose numbers may be negative: other powers have no meaning for these',
      )
    }
    const hasMomentum = !('momentum' in optimizer) || optimizer.momentum > 0
    if ('cycle_momentum' in schedule && schedule.cycle_momentum && !hasMomentum) {
      refuse(
        ['optimizer', 'momentum'],
        `must be more than 0 (0.9 is usual) with schedule ${schedule.name}, which cycles it, or schedule.cycle_momentum false`,
      )
    }
    const measured = metrics.names.flatMap((name) => [...new Set(metrics.k.map((k) => nameAt(name, k)))])
    if (schedule.name === 'plateau' && !measured.includes(schedule.metric))
      refuse(['schedule', 'metric'], `must be one that metrics measures: ${measured.join(', ')}`)
  },
)

/** Sizes of pictures that the backbone does not take. What a gallery's own model takes is seen when its file is opened. */
function sideMisfits({model: {backbone}, image, gallery}: Sized): Objection[] {
  const {scales} = image.multiscale ?? {}
  const shown = [
    {path: ['image', 'train'], transforms: image.train},
    {path: ['image', 'eval'], transforms: image.eval, scales},
    {path: ['image', 'mining'], transforms: image.mining},
    ...(gallery?.model === null ? [{path: ['gallery', 'transforms'], transforms: gallery.transforms, scales}] : []),
  ]
  return shown.flatMap(({path, ...each}) =>
    findSideProblems({backbone, ...each}).map(({side, scaled, wanted, near}) =>
      scaled === undefined
        ? {path, text: `must end with ${wanted}, not with ${side}: ${near}, for instance`}
        : {
            path: ['image', 'multiscale'],
            text:
              `must make of the ${side} pixels of ${path.join('.')} ${wanted}: ` +
              `scale ${scaled.scale} makes ${scaled.side}, ${scaled.better} would make ${near}`,
          },
    ),
  )
}

type Sized = Pick<z.infer<typeof everything>, 'model' | 'image' | 'gallery'>

type Parameters = z.infer<typeof parameters>
type Split = 'train' | 'val' | 'test'

// What each stage is given of them, together with its `with` values. Stages import these as types alone: the configuration was
// checked before, and a stage's key must not change with the schema of a loss that it does not use.
export type PrepareSplitsValues = Pick<Parameters, 'data'>
export type InitializeModelValues = Pick<Parameters, 'model' | 'seed'> & {
  readonly image: Pick<Parameters['image'], 'eval' | 'channels' | 'range' | 'mean' | 'std'>
}
export type ExtractPixelsValues = {readonly split: Split}
export type ExtractDescriptorsValues = Pick<Parameters, 'precision'> & {
  readonly model: Pick<Parameters['model'], 'backbone'>
  /** Absent: nothing of what is here. */
  readonly image?: Pick<Parameters['image'], 'multiscale'>
  readonly split: Split
  /** Absent or null: the model's own. */
  readonly transform?: Parameters['image']['eval'] | null
  /** Of random transforms. */
  readonly seed?: number
  readonly epoch?: number
}
export type ExtractGalleryValues = Pick<Parameters, 'model' | 'gallery' | 'precision'> &
  Pick<ExtractDescriptorsValues, 'image' | 'split'>
export type DescribeImagesValues = Pick<ExtractDescriptorsValues, 'model' | 'image'>
export type CheckMiningValues = Pick<Parameters, 'mining'>
export type MineNegativesValues = Pick<Parameters, 'mining' | 'schedule' | 'seed'> & {
  readonly optimizer: Pick<Parameters['optimizer'], 'lr'>
  readonly epoch: number
}
export type TrainEpochValues = Pick<Parameters, 'objective' | 'optimizer' | 'precision' | 'seed'> & {
  readonly image: Pick<Parameters['image'], 'train'>
  readonly model: Pick<Parameters['model'], 'backbone'>
}
export type FindLrValues = TrainEpochValues & Pick<Parameters, 'find_lr'>
export type EvaluateValues = Pick<Parameters, 'metrics'> & {
  readonly split: Split
  /** Absent or null: none, unless a file is given by hand. */
  readonly gallery?: Parameters['gallery']
}
