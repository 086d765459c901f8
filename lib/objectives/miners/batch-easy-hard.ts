import {openDistance} from '../distances.ts'
import {farnessOf, farthest, nearest, partnersOf} from '../mining/partners.ts'
import {type PairList, pairList} from '../tuples.ts'
import type {batchEasyHard} from './batch-easy-hard.card.ts'
import type {Miner, MinerParametersOf} from './miner.ts'

type Parameters = MinerParametersOf<typeof batchEasyHard>

/** One positive and one negative an anchor, each hard, semi-hard or easy; or all of one side. */
export const mine: Miner<Parameters> = ({vectors, all}, parameters) => {
  const {positives, negatives} = parameters
  const matrix = openDistance(vectors, parameters.distance)
  const far = farnessOf(matrix)
  const within = (list: PairList, row: number, range: Parameters['positive_range']) =>
    partnersOf(list, row).filter((column) => {
      const value = matrix.values[row * matrix.columns + column]!
      return range === null || (value >= range[0] && value <= range[1])
    })
  /** Nearer than `negative`, where one is given. */
  const positiveOf = (row: number, negative?: number) => {
    const own = within(all.positives, row, parameters.positive_range)
    const nearer = negative === undefined ? own : own.filter((positive) => far(row, positive) < far(row, negative))
    return positives === 'easy' ? nearest(row, nearer, far) : farthest(row, nearer, far)
  }
  /** Farther than `positive`, where one is given. */
  const negativeOf = (row: number, positive?: number) => {
    const others = within(all.negatives, row, parameters.negative_range)
    const farther =
      positive === undefined ? others : others.filter((negative) => far(row, negative) > far(row, positive))
    return negatives === 'easy' ? farthest(row, farther, far) : nearest(row, farther, far)
  }

  const oneOfEach = positives !== 'all' && negatives !== 'all'
  const chosen = Array.from({length: vectors.rows}, (_, row) => {
    const first = positives === 'semi-hard' ? negativeOf(row) : positiveOf(row)
    const compared = positives === 'semi-hard' || negatives === 'semi-hard'
    const second =
      positives === 'semi-hard' ? () => positiveOf(row, first) : () => negativeOf(row, compared ? first : undefined)
    const other = compared && first === undefined ? undefined : second()
    const [positive, negative] = positives === 'semi-hard' ? [other, first] : [first, other]
    return oneOfEach && (positive === undefined || negative === undefined) ? {} : {positive, negative}
  })
  const pairsOf = (side: 'positive' | 'negative') =>
    pairList(
      vectors.rows,
      chosen.flatMap((each, row) => (each[side] === undefined ? [] : [[row, each[side]] as const])),
    )
  return {
    positives: positives === 'all' ? all.positives : pairsOf('positive'),
    negatives: negatives === 'all' ? all.negatives : pairsOf('negative'),
  }
}
