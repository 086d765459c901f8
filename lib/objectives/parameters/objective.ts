// What a user may say about losses. Loads no TensorFlow: configuration is checked before any stage runs.
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

export type ObjectiveSpec = z.infer<typeof objectiveParameters>

/** The parameters of one loss. */
export type LossParameters<Name extends ObjectiveSpec['loss']> = Extract<ObjectiveSpec, {loss: Name}>
