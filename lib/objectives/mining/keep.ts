import type {PairList, Triplets, Tuples} from '../tuples.ts'

/** The pairs of a list that a rule keeps, in their order. */
export function keepPairs({start, other}: PairList, keep: (anchor: number, other: number) => boolean): PairList {
  const rows = start.length - 1
  const keptStart = new Int32Array(rows + 1)
  const kept = new Int32Array(other.length)
  let count = 0
  for (let anchor = 0; anchor < rows; anchor++) {
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) if (keep(anchor, other[i]!)) kept[count++] = other[i]!
    keptStart[anchor + 1] = count
  }
  return {start: keptStart, other: kept.slice(0, count)}
}

/** Every positive of an anchor with every negative of it, where a rule keeps them. The rule is asked at every visit: it is quicker than a list. */
export function keepTriplets(
  {positives, negatives}: Tuples,
  keep: (anchor: number, positive: number, negative: number) => boolean,
): Triplets {
  const rows = positives.start.length - 1
  const counts = new Int32Array(rows)
  const each: Triplets['each'] = (visit) => {
    for (let anchor = 0; anchor < rows; anchor++) {
      for (let i = positives.start[anchor]!; i < positives.start[anchor + 1]!; i++) {
        const positive = positives.other[i]!
        for (let j = negatives.start[anchor]!; j < negatives.start[anchor + 1]!; j++) {
          const negative = negatives.other[j]!
          if (keep(anchor, positive, negative)) visit(anchor, positive, negative)
        }
      }
    }
  }
  each((anchor) => {
    counts[anchor]!++
  })
  return {counts, each}
}
