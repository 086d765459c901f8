// What a user may say about samplers. Loads no TensorFlow: configuration is checked before any stage runs.
import {z} from 'zod'

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
  oneLength(
    z.strictObject({
      sampler: z.literal('hard-triplets'),
      pool,
      neighbours,
      triplets_per_batch: tripletsPerBatch,
      ...length,
    }),
  ),
  oneLength(z.strictObject({sampler: z.literal('random-triplets'), triplets_per_batch: tripletsPerBatch, ...length})),
  orderedCutoffs(
    oneLength(
      z.strictObject({
        sampler: z.literal('distance-weighted'),
        tuples_per_batch: z.int().min(1).max(10_000).default(16).describe('an anchor with its positives and negatives'),
        ...tuples,
        negatives: z.int().min(1).max(1000).default(4).describe('drawn for every anchor, without replacement'),
        ...cutoffs,
        ...length,
      }),
    ),
  ),
  oneLength(
    z.strictObject({
      sampler: z.literal('cluster-negatives'),
      tuples_per_batch: z.int().min(1).max(10_000).default(5).describe('an anchor with its positives and negatives'),
      ...tuples,
      negatives: z.int().min(1).max(1000).default(5).describe('nearest images to the anchor, one a class'),
      ...length,
    }),
  ),
  orderedCutoffs(
    oneLength(
      z.strictObject({
        sampler: z.literal('class-groups'),
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
        ...length,
      }),
    ),
  ),
  oneLength(z.strictObject({sampler: z.literal('classes'), ...classBatches, ...length})),
  oneLength(
    z.strictObject({
      sampler: z.literal('near-classes'),
      ...classBatches,
      ...length,
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
  ),
  wholeGroups(
    oneLength(
      z.strictObject({
        sampler: z.literal('m-per-class'),
        batch_size: batchSize.default(32),
        images_per_class: imagesPerClass.default(4),
        ...length,
      }),
    ),
  ),
  wholeGroups(
    oneLength(
      z.strictObject({
        sampler: z.literal('samples-per-class'),
        batch_size: batchSize.default(112),
        images_per_class: imagesPerClass
          .min(2, 'must be at least 2: for one image a class the original shuffles, as mining.sampler shuffle does')
          .default(4),
        ...length,
      }),
    ),
  ),
  wholeGroups(
    oneLength(
      z.strictObject({
        sampler: z.literal('class-random'),
        batch_size: batchSize.default(112),
        images_per_class: imagesPerClass.default(2),
        ...length,
      }),
    ),
  ),
  oneLength(
    z.strictObject({
      sampler: z.literal('balanced'),
      classes_per_batch: z.int().min(2).max(10_000).default(8),
      images_per_class: z.int().min(2).max(1000).default(4),
      ...length,
    }),
  ),
  wholeGroups(
    oneLength(
      z.strictObject({
        sampler: z.literal('hierarchical'),
        batch_size: batchSize.default(32),
        images_per_class: imagesPerClass.default(4),
        super_classes_per_batch: z.int().min(1).max(1000).default(2).describe('the batch is shared out equally'),
        super_class: z
          .string()
          .refine(isPattern, 'must be a regular expression')
          .default('^(.+?)/')
          .describe("regular expression; its first group, else its match, in a class' name is the super-class"),
        ...length,
      }),
    ),
  ),
  oneLength(z.strictObject({sampler: z.literal('one-per-class'), batch_size: batchSize.default(32), ...length})),
  oneLength(
    z.strictObject({
      sampler: z.literal('shuffle'),
      batch_size: batchSize.default(112),
      drop_last: z.boolean().default(false).describe('leave out a last batch that is not full'),
      ...length,
    }),
  ),
  oneLength(
    z.strictObject({
      sampler: z.literal('views'),
      images_per_batch: z.int().min(2).max(10_000).default(64),
      views: z.int().min(2).max(16).default(2).describe('of every image, each transformed by a seed of its own'),
      ...length,
    }),
  ),
])

export type MiningSpec = z.infer<typeof miningParameters>

/** The parameters of one sampler. */
export type SamplerParameters<Name extends MiningSpec['sampler']> = Extract<MiningSpec, {sampler: Name}>

type Issues = {readonly value: unknown; readonly issues: z.core.$ZodRawIssue[]}

/** Refuses two lengths at once: one of them would be ignored. */
function oneLength<Schema extends z.ZodObject<typeof length>>(schema: Schema): Schema {
  return schema.check(({value, issues}: Issues) => {
    const {passes, iterations} = value as {passes: number; iterations: number | null}
    if (iterations === null || passes === 1) return
    const message = `must be null beside mining.passes ${passes}: an epoch has one length, so set one of them`
    issues.push({code: 'custom', message, path: ['iterations'], input: iterations})
  })
}

/** Refuses a batch that does not hold whole groups of images of a class (and equal shares of super-classes). */
function wholeGroups<Schema extends z.ZodObject>(schema: Schema): Schema {
  return schema.check(({value, issues}: Issues) => {
    const given = value as {batch_size: number; images_per_class: number; super_classes_per_batch?: number}
    const shares = given.super_classes_per_batch ?? 1
    const unit = given.images_per_class * shares
    if (given.batch_size % unit === 0) return
    const below = given.batch_size - (given.batch_size % unit)
    const choices = below === 0 ? `${unit}` : `${below} or ${below + unit}`
    const what = shares === 1 ? 'mining.images_per_class' : 'mining.images_per_class * super_classes_per_batch'
    const message = `must be a multiple of ${what} (${unit}), for example ${choices}`
    issues.push({code: 'custom', message, path: ['batch_size'], input: given.batch_size})
  })
}

function orderedCutoffs<Schema extends z.ZodObject<typeof cutoffs>>(schema: Schema): Schema {
  return schema.check(({value, issues}: Issues) => {
    const {lower, upper} = value as {lower: number; upper: number | null}
    if (upper === null || upper > lower) return
    const message = `must be above mining.lower (${lower}), or null for no upper cut`
    issues.push({code: 'custom', message, path: ['upper'], input: upper})
  })
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false // a SyntaxError: that is the answer
  }
}
