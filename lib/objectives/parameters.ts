// What a user may say about losses, samplers and schedules. Loads no TensorFlow: configuration is checked before any stage runs.
import {z} from 'zod'

/** One entry a loss, named as its file in losses/. */
export const objectiveParameters = z.discriminatedUnion('loss', [
  z.strictObject({
    loss: z.literal('triplet'),
    margin: z
      .number()
      .min(-4)
      .max(4)
      .default(0.1)
      .describe('by how much a negative has to be farther than the positive'),
    distance: z
      .enum(['squared', 'euclidean'])
      .default('squared')
      .describe('squared: |x - y|^2, the lab and Deep-Metric-Learning-Baselines; euclidean: pytorch-metric-learning'),
    average: z
      .enum(['all', 'active'])
      .default('all')
      .describe('all: triplets without loss count in the mean; active: they do not (pytorch-metric-learning)'),
  }),
  z.strictObject({
    loss: z.literal('contrastive'),
    positive_margin: z.number().min(-2).max(2).default(0).describe('positives nearer than this are left alone'),
    negative_margin: z.number().min(-2).max(2).default(1).describe('negatives farther than this are left alone'),
  }),
  z.strictObject({
    loss: z.literal('supcon'),
    temperature: z.number().min(1e-4).max(100).default(0.1).describe('divides the cosine similarities'),
  }),
])

const tripletsPerBatch = z
  .int()
  .min(1)
  .max(10_000)
  .default(64)
  .describe('three images each; the last batch may be smaller')
const pool = z
  .int()
  .min(1)
  .max(1000)
  .default(30)
  .describe('nearest images of other classes that are looked at, per image')
const neighbours = z
  .enum(['exact', 'hnsw'])
  .default('exact')
  .describe(
    'hnsw: approximate search (Malkov and Yashunin 2018), its recall is reported; worth it from some 500,000 images on',
  )
const classBatches = {
  classes_per_batch: z.int().min(1).max(10_000).default(32),
  images_per_class: z.int().min(1).max(1000).default(4),
  passes: z
    .number()
    .positive()
    .max(1000)
    .default(1)
    .describe('how often an epoch uses every training image, on average'),
}

/** One entry a sampler, named as its file in samplers/. */
export const miningParameters = z.discriminatedUnion('sampler', [
  z.strictObject({sampler: z.literal('hard-triplets'), pool, neighbours, triplets_per_batch: tripletsPerBatch}),
  z.strictObject({sampler: z.literal('random-triplets'), triplets_per_batch: tripletsPerBatch}),
  z.strictObject({sampler: z.literal('classes'), ...classBatches}),
  z.strictObject({
    sampler: z.literal('near-classes'),
    ...classBatches,
    pool,
    neighbours,
    near_share: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('share of a batch filled with groups of near classes; the rest is random'),
    near_classes: z
      .int()
      .min(2)
      .max(100)
      .default(4)
      .describe('classes in a group: one and those most often confused with it'),
    from_epoch: z.int().min(1).default(1).describe('before this epoch batches are those of `classes`'),
  }),
])

const horizon = z
  .number()
  .positive()
  .max(100_000)
  .describe('epochs until the floor is reached; not how far the run goes')

export const scheduleParameters = z.discriminatedUnion('name', [
  z.strictObject({name: z.literal('constant')}),
  z.strictObject({
    name: z.literal('cosine'),
    epochs: horizon,
    warmup_steps: z.int().min(0).default(0).describe('steps over which the rate rises in a line from warmup_from'),
    warmup_from: z.number().min(0).max(1).default(0.1).describe('share of the rate at the first step of the warm-up'),
    floor: z.number().min(0).max(1).default(0).describe('share of the rate that is left at the end, and after it'),
  }),
  z.strictObject({
    name: z.literal('step'),
    milestones: z.array(z.int().min(1)).min(1).describe('epochs after which the rate is multiplied by gamma'),
    gamma: z.number().positive().max(1).default(0.1),
  }),
])

export type ObjectiveSpec = z.infer<typeof objectiveParameters>
export type MiningSpec = z.infer<typeof miningParameters>
export type ScheduleSpec = z.infer<typeof scheduleParameters>

/** The parameters of one loss. */
export type LossParameters<Name extends ObjectiveSpec['loss']> = Extract<ObjectiveSpec, {loss: Name}>
/** The parameters of one sampler. */
export type SamplerParameters<Name extends MiningSpec['sampler']> = Extract<MiningSpec, {sampler: Name}>
