import {z} from 'zod'

/** How the terms of a loss become one number. Names in brackets are pytorch-metric-learning's. */
export const reducerParameters = z.discriminatedUnion('name', [
  z.strictObject({name: z.literal('mean')}).describe('mean of all terms (MeanReducer)'),
  z.strictObject({name: z.literal('active-mean')}).describe('mean of the terms above zero (AvgNonZeroReducer)'),
  z.strictObject({name: z.literal('sum')}).describe('sum of all terms (SumReducer)'),
  z
    .strictObject({name: z.literal('threshold'), low: z.number().default(0), high: z.number().optional()})
    .describe('mean of the terms above low and below high (ThresholdReducer)'),
  z
    .strictObject({name: z.literal('per-anchor')})
    .describe('mean over rows of the mean of their terms (PerAnchorReducer)'),
  z
    .strictObject({name: z.literal('sum-per-anchor')})
    .describe('sum over rows of the mean of their terms (the triplet loss of RAML)'),
  z
    .strictObject({name: z.literal('class-weighted'), weights: z.array(z.number().min(0)).min(1)})
    .describe(
      'mean of the terms times the weight of their anchor’s class, one weight a training class (ClassWeightedReducer)',
    ),
])

export type ReducerSpec = z.infer<typeof reducerParameters>
