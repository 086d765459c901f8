// What a user may say about samplers. Loads no TensorFlow: configuration is checked before any stage runs.
import {z} from 'zod'
import {oneLength, orderedCutoffs, wholeGroups} from './mining-rules.ts'
import {type Objection, objectTo} from './objection.ts'

/** How long an epoch is, said the same way for every sampler. */
const length = {
  passes: z
    .number()
    .positive()
    .max(1000)
    .default(1)
    .describe('how often an epoch uses every training image, on average'),
  iterations: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe('batches of an epoch, in place of passes (the Reality Check: 100)'),
}
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
}
const batchSize = z.int().min(1).max(100_000).describe('images')
const imagesPerClass = z.int().min(1).max(1000)
const tuples = {
  positives: z.int().min(1).max(100).default(1).describe('random other images of the class of the anchor'),
  pool_size: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(20_000)
    .describe('random training images that negatives are taken from; all of them when there are fewer'),
}
const cutoffs = {
  lower: z.number().min(0.01).max(1.99).default(0.5).describe('distances below count as this one'),
  upper: z
    .number()
    .positive()
    .max(2)
    .nullable()
    .default(null)
    .describe('images farther than this are not drawn (Wu and others 2017: 1.4); null: no such cut'),
}

/** One entry a sampler, named as its file in samplers/. docs/samplers.md tells where each comes from. */
export const miningParameters = z.discriminatedUnion('sampler', [
  sampler('hard-triplets', {pool, neighbours, triplets_per_batch: tripletsPerBatch}),
  sampler('random-triplets', {triplets_per_batch: tripletsPerBatch}),
  sampler(
    'distance-weighted',
    {
      tuples_per_batch: z.int().min(1).max(10_000).default(16).describe('an anchor with its positives and negatives'),
      ...tuples,
      negatives: z.int().min(1).max(1000).default(4).describe('drawn for every anchor, without replacement'),
      ...cutoffs,
    },
    orderedCutoffs,
  ),
  sampler('cluster-negatives', {
    tuples_per_batch: z.int().min(1).max(10_000).default(5).describe('an anchor with its positives and negatives'),
    ...tuples,
    negatives: z.int().min(1).max(1000).default(5).describe('nearest images to the anchor, one a class'),
  }),
  sampler(
    'class-groups',
    {
      classes_per_batch: z.int().min(1).max(10_000).default(2),
      images_per_class: z.int().min(2).max(1000).default(4).describe('smaller classes are left out'),
      negatives: z
        .int()
        .min(0)
        .max(1000)
        .default(4)
        .describe('drawn by distance for every image; 0: plain batches of classes'),
      pool_size: tuples.pool_size,
      ...cutoffs,
    },
    orderedCutoffs,
  ),
  sampler('classes', classBatches),
  sampler('near-classes', {
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
  sampler('m-per-class', {batch_size: batchSize.default(32), images_per_class: imagesPerClass.default(4)}, wholeGroups),
  sampler(
    'samples-per-class',
    {
      batch_size: batchSize.default(112),
      images_per_class: imagesPerClass
        .min(2, 'must be at least 2: for one image a class the original shuffles, as mining.sampler shuffle does')
        .default(4),
    },
    wholeGroups,
  ),
  sampler(
    'class-random',
    {batch_size: batchSize.default(112), images_per_class: imagesPerClass.default(2)},
    wholeGroups,
  ),
  sampler('balanced', {
    classes_per_batch: z.int().min(2).max(10_000).default(8),
    images_per_class: z.int().min(2).max(1000).default(4),
  }),
  sampler(
    'hierarchical',
    {
      batch_size: batchSize.default(32),
      images_per_class: imagesPerClass.default(4),
      super_classes_per_batch: z.int().min(1).max(1000).default(2).describe('the batch is shared out equally'),
      super_class: z
        .string()
        .refine(isPattern, 'must be a regular expression')
        .default('^(.+?)/')
        .describe("regular expression; its first group, else its match, in a class' name is the super-class"),
    },
    wholeGroups,
  ),
  sampler('one-per-class', {batch_size: batchSize.default(32)}),
  sampler('shuffle', {
    batch_size: batchSize.default(112),
    drop_last: z.boolean().default(false).describe('leave out a last batch that is not full'),
  }),
  sampler('views', {
    images_per_batch: z.int().min(2).max(10_000).default(64),
    views: z.int().min(2).max(16).default(2).describe('of every image, each transformed by a seed of its own'),
  }),
])

export type MiningSpec = z.infer<typeof miningParameters>

/** The parameters of one sampler. */
export type SamplerParameters<Name extends MiningSpec['sampler']> = Extract<MiningSpec, {sampler: Name}>

/** A sampler with the length of its epochs, and what its settings may not be together. */
function sampler<Name extends string, Shape extends z.ZodRawShape>(
  name: Name,
  shape: Shape,
  rule: (settings: never) => readonly Objection[] = () => [],
) {
  const schema = z.strictObject({sampler: z.literal(name), ...shape, ...length})
  return objectTo(schema, (settings) => [...oneLength(settings), ...rule(settings)])
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false // a SyntaxError: that is the answer
  }
}
