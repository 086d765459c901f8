import {z} from 'zod'
import {distanceParameters} from '../parameters/distance.ts'
import type {Objection} from '../parameters/objection.ts'
import type {MinerCard} from './miner.ts'

const strategy = z.enum(['hard', 'semi-hard', 'easy', 'all'])
const range = z
  .tuple([z.number(), z.number()])
  .nullable()
  .default(null)
  .describe('[least, most] distance (or similarity) that is looked at; null: any')

interface Parameters {
  readonly positives: z.infer<typeof strategy>
  readonly negatives: z.infer<typeof strategy>
  readonly positive_range: readonly [number, number] | null
  readonly negative_range: readonly [number, number] | null
}

export const batchEasyHard = {
  name: 'batch-easy-hard',
  title: 'Batch-easy and batch-hard pairs',
  rule:
    'for every anchor its farthest (hard) or nearest (easy) positive and its nearest (hard) or farthest (easy) negative. semi-hard: the farthest positive that is nearer than the negative chosen, ' +
    'the nearest negative that is farther than the positive chosen; anchors without one are left out. all: all pairs',
  source:
    'Xuan, Stylianou and Pless 2020, "Improved Embeddings with Easy Positive Triplet Mining"; BatchEasyHardMiner of pytorch-metric-learning 2.8.1',
  gives: 'pairs',
  parameters: {
    positives: strategy.default('easy'),
    negatives: strategy.default('semi-hard'),
    positive_range: range,
    negative_range: range,
    distance: distanceParameters.default({name: 'euclidean', normalise: true}),
  },
  objections: (parameters) => [
    ...unclear(parameters),
    ...badRange('positive', parameters),
    ...badRange('negative', parameters),
  ],
} as const satisfies MinerCard<Parameters>

/** semi-hard means: compared with the one chosen on the other side, so that there must be one. */
function unclear({positives, negatives}: Parameters): Objection[] {
  const other = positives === 'semi-hard' ? negatives : positives
  if (positives !== 'semi-hard' && negatives !== 'semi-hard') return []
  if (other === 'hard' || other === 'easy') return []
  const where = positives === 'semi-hard' && negatives !== 'semi-hard' ? 'negatives' : 'positives'
  const text = 'must be hard or easy beside semi-hard, which compares with the one pair that is chosen there'
  return [{path: [where], text}]
}

function badRange(side: 'positive' | 'negative', parameters: Parameters): Objection[] {
  const name = `${side}_range` as const
  const given = parameters[name]
  if (given === null) return []
  if (given[0] > given[1]) return [{path: [name], text: 'must be [least, most]'}]
  if (parameters[`${side}s`] !== 'all') return []
  return [
    {path: [name], text: `must be null where ${side}s is all: then all are taken. pair-margin keeps pairs by distance`},
  ]
}
