import type {PairList, Tuples} from './tuples.ts'

/** The pairs of tuples, each once: triplets name a pair as often as they hold it, and a miner may draw a pair again. */
export function distinctPairs({positives, negatives}: Tuples): Pick<Tuples, 'positives' | 'negatives'> {
  return {positives: distinct(positives), negatives: distinct(negatives)}
}

function distinct(pairs: PairList): PairList {
  if (pairs.distinct || ascends(pairs)) return pairs
  const {start, other} = pairs
  const kept: number[] = []
  const keptStart = start.map((end, row) => {
    if (row > 0) kept.push(...new Set(other.subarray(start[row - 1]!, end)))
    return kept.length
  })
  return {start: keptStart, other: Int32Array.from(kept), distinct: true}
}

/** Whether the partners of every row ascend, as those of most miners do: then none is there twice. */
function ascends({start, other}: PairList): boolean {
  for (let row = 0; row + 1 < start.length; row++) {
    for (let i = start[row]! + 1; i < start[row + 1]!; i++) if (other[i]! <= other[i - 1]!) return false
  }
  return true
}
