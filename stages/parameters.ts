import {z} from 'zod'
import {dataParameters, transformList} from '../lib/data/parameters.ts'
import {miningParameters, objectiveParameters, scheduleParameters} from '../lib/objectives/parameters.ts'

const channel = z.tuple([z.number(), z.number(), z.number()])

const imageParameters = z.strictObject({
  train: transformList.describe('random transforms of the images that are trained on'),
  eval: transformList.describe('transforms of the images that are measured; they travel in the checkpoint'),
  mining: transformList
    .nullable()
    .default(null)
    .describe('transforms of the images that are mined among; null: those of eval'),
  mean: channel.describe('subtracted from red, green, blue in 0..1'),
  std: channel.describe('divides red, green, blue after that'),
})

const modelParameters = z.strictObject({
  backbone: z.literal('resnet18'),
  width: z
    .int()
    .min(8)
    .max(256)
    .default(64)
    .describe('channels of the first layer; the descriptor has 8 times as many'),
  stem: z
    .enum(['imagenet', 'small'])
    .default('imagenet')
    .describe('small: 3x3 stride 2 and no max pool, for images of about 64 pixels'),
  pool: z.enum(['spoc', 'mac']).default('spoc').describe('mean or maximum over positions'),
  batchnorm: z.enum(['frozen', 'live']).default('frozen').describe('frozen: statistics fixed, scale and shift trained'),
  weights: z.string().min(1).describe('"random", or the path of a torchvision .pth or .safetensors file'),
})

const optimizerParameters = z.strictObject({
  name: z.literal('adamw'),
  lr: z.number().positive().max(10),
  betas: z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)]).default([0.9, 0.999]),
  eps: z.number().positive().default(1e-8),
  weight_decay: z.number().min(0).default(0.01).describe('decoupled, as in Loshchilov and Hutter 2019'),
  clip_norm: z.number().positive().nullable().default(null).describe('largest global gradient norm; null: no clipping'),
  accumulate: z.int().min(1).default(1).describe('batches whose mean gradient makes one optimiser step'),
  skip_zero_loss: z
    .boolean()
    .default(true)
    .describe('frozen batch norm: images without loss are left out of the backward pass, for the same gradient sooner'),
  groups: z
    .array(
      z.strictObject({
        match: z.string(),
        lr_multiplier: z.number().min(0).default(1),
        weight_decay: z.number().min(0).optional(),
      }),
    )
    .default([])
    .describe('parameters whose torchvision name matches a regular expression; the first match counts'),
})

const precision = z.enum(['float32', 'bfloat16'])
const metricName = z.enum(['precision_at_1', 'r_precision', 'map_at_r'])
const seed = z.int().min(0).max(0xffffffff)
const split = z.enum(['train', 'val', 'test'])

/** Everything under `params:` in pipeline.yaml and in a preset. */
export const parameters = z.strictObject({
  seed,
  epochs: z.int().min(0).max(100_000),
  data: dataParameters,
  image: imageParameters,
  model: modelParameters,
  mining: miningParameters,
  objective: objectiveParameters,
  optimizer: optimizerParameters,
  schedule: scheduleParameters,
  precision: precision.default('float32'),
  metrics: z.array(metricName).min(1),
})

/** What each stage reads of them, together with its `with` values. */
export const prepareSplitsValues = z.object({data: dataParameters})
export const initializeModelValues = z.object({
  model: modelParameters,
  image: imageParameters.pick({eval: true, mean: true, std: true}),
  seed,
})
export const extractPixelsValues = z.object({split})
export const extractDescriptorsValues = z.object({
  split,
  precision,
  transform: transformList.nullable().default(null),
  seed: seed.default(0),
  epoch: z.int().default(0),
})
export const mineNegativesValues = z.object({
  mining: miningParameters,
  schedule: scheduleParameters,
  optimizer: optimizerParameters.pick({lr: true}),
  seed,
  epoch: z.int().min(1),
})
export const trainEpochValues = z.object({
  objective: objectiveParameters,
  optimizer: optimizerParameters,
  image: imageParameters.pick({train: true}),
  precision,
})
export const evaluateValues = z.object({metrics: z.array(metricName).min(1), split})

export type MineNegativesValues = z.infer<typeof mineNegativesValues>
export type EvaluateValues = z.infer<typeof evaluateValues>
