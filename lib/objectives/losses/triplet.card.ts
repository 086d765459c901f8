import {z} from 'zod'
import type {LossCard} from '../card.ts'

export const triplet = {
  name: 'triplet',
  title: 'Triplet loss',
  formula:
    'mean over (a, p, n) of max(0, d(a, p) - d(a, n) + margin); smooth: of log(1 + exp(d(a, p) - d(a, n) + margin)); swap: with min(d(a, n), d(p, n)) for d(a, n)',
  source:
    'Schroff, Kalenichenko and Philbin 2015, "FaceNet", equation 3. As set: the lab and Deep-Metric-Learning-Baselines (squared distance, zeros count; margin 0.2 there). ' +
    'TripletMarginLoss of pytorch-metric-learning, as in the Reality Check: distance.name=euclidean, reducer.name=active-mean, margin 0.05 (smooth in 0.9.88: margin 0). ' +
    'RAML: margin 0.7, reducer.name=sum-per-anchor. cnnimageretrieval: reducer.name=sum. Swap: Balntas et al. 2016',
  compares: 'pairs',
  distance: {
    default: {name: 'squared', normalise: true},
    names: ['euclidean', 'squared', 'similarity', 'lp', 'snr'],
  },
  reducer: {name: 'mean'},
  parameters: {
    margin: z
      .number()
      .min(-4)
      .max(4)
      .default(0.1)
      .describe('by how much a negative has to be farther than the positive'),
    swap: z
      .boolean()
      .default(false)
      .describe('whether the negative is compared with the nearer one of anchor and positive'),
    smooth: z.boolean().default(false).describe('whether the kink is rounded off: then every triplet pulls a little'),
  },
  objections: ({swap, memory}: {swap: boolean; memory?: unknown}) =>
    swap && memory
      ? [{path: ['swap'], text: 'must be false beside a memory: distances among what is remembered are not measured'}]
      : [],
} as const satisfies LossCard
