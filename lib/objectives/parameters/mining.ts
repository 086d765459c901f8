// What a user may say about samplers. Loads no TensorFlow: configuration is checked before any stage runs.
import {z} from 'zod'

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

export type MiningSpec = z.infer<typeof miningParameters>

/** The parameters of one sampler. */
export type SamplerParameters<Name extends MiningSpec['sampler']> = Extract<MiningSpec, {sampler: Name}>
