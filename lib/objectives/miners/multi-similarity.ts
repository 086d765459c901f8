import {openDistance} from '../distances.ts'
import {type PairList, pairList} from '../tuples.ts'
import type {Miner, MinerParametersOf} from './miner.ts'
import type {multiSimilarity} from './multi-similarity.card.ts'

/** Pairs that are hard compared with the other pairs of their anchor. An anchor without positives or negatives keeps none. */
export const mine: Miner<MinerParametersOf<typeof multiSimilarity>> = ({vectors, all}, {epsilon, distance: spec}) => {
  const {values, columns, rows, sign} = openDistance(vectors, spec)
  const far = (anchor: number, other: number) => sign * values[anchor * columns + other]!
  const positives: [number, number][] = []
  const negatives: [number, number][] = []
  for (let anchor = 0; anchor < rows; anchor++) {
    const own = partners(all.positives, anchor)
    const others = partners(all.negatives, anchor)
    const farthestPositive = Math.max(...own.map((positive) => far(anchor, positive)))
    const nearestNegative = Math.min(...others.map((negative) => far(anchor, negative)))
    for (const p of own)
      if (far(anchor, p) + epsilon > nearestNegative && others.length > 0) positives.push([anchor, p])
    for (const n of others)
      if (far(anchor, n) - epsilon < farthestPositive && own.length > 0) negatives.push([anchor, n])
  }
  return {positives: pairList(rows, positives), negatives: pairList(rows, negatives)}
}

function partners({start, other}: PairList, anchor: number): number[] {
  return [...other.subarray(start[anchor]!, start[anchor + 1]!)]
}
