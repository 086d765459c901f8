import {placesBy} from './places-by.ts'

/** One batch as the plan describes it, one entry a row. */
export interface PlannedBatch {
  /** Class numbers, from 0 without gaps over the training classes. */
  readonly labels: Int32Array
  /** Number of the row's tuple or class inside the step. */
  readonly group: Int32Array
  /** anchor, positive, negative or member. */
  readonly role: readonly string[]
  /** Seed of everything drawn inside the step. */
  readonly stepSeed: number
}

/** Pairs by anchor: the partners of row a are other[start[a]] up to other[start[a + 1] - 1], as columns of a distance matrix. */
export interface PairList {
  /** One more than there are rows. */
  readonly start: Int32Array
  readonly other: Int32Array
  /** Known to name no pair twice. */
  readonly distinct?: true
}

/** Triplets of a row and two columns of the distance matrix. They are visited, not listed: a batch of 4,096 has 10^8 of them. */
export interface Triplets {
  /** How many every row is the anchor of. */
  readonly counts: Int32Array
  each(visit: (anchor: number, positive: number, negative: number) => void): void
}

/** What a loss compares: pairs of one class and of different classes, and triplets of them. */
export interface Tuples {
  readonly positives: PairList
  readonly negatives: PairList
  /** Absent: every positive of an anchor with every negative of it. */
  readonly triplets?: Triplets
}

/** The tuples that the plan's groups spell out: in each, all anchors with all positives and all negatives, every pair once. undefined: it has none. */
export function plannedTuples({group, role}: PlannedBatch): Tuples | undefined {
  if (!role.includes('anchor')) return undefined
  const groups = [...placesBy(group).values()]
  const pairs = (kind: 'positive' | 'negative') =>
    pairList(
      role.length,
      groups.flatMap((rows) => {
        const others = rows.filter((row) => role[row] === kind)
        return rows
          .filter((row) => role[row] === 'anchor')
          .flatMap((anchor) => others.map((other) => [anchor, other] as const))
      }),
    )
  // No row is anchor in two groups, so that an anchor's positives and negatives are those of its group: every one with every other.
  return {positives: pairs('positive'), negatives: pairs('negative')}
}

export type Triplet = readonly [anchor: number, positive: number, negative: number]

/** Triplets that are few enough to be written down. */
export function listTriplets(rows: number, triplets: readonly Triplet[]): Triplets {
  const counts = new Int32Array(rows)
  for (const [anchor] of triplets) counts[anchor]!++
  return {
    counts,
    each(visit) {
      for (const [anchor, positive, negative] of triplets) visit(anchor, positive, negative)
    },
  }
}

/** Triplets and the pairs inside them, as often as they occur; the pairs are gathered when a loss asks for them. */
export function ofTriplets(triplets: Triplets): Tuples {
  let pairs: {positives: PairList; negatives: PairList} | undefined
  const gathered = () => {
    pairs ??= gatherPairs(triplets)
    return pairs
  }
  return {
    triplets,
    get positives() {
      return gathered().positives
    },
    get negatives() {
      return gathered().negatives
    },
  }
}

function gatherPairs({counts, each}: Triplets): {positives: PairList; negatives: PairList} {
  const start = new Int32Array(counts.length + 1)
  for (const [row, count] of counts.entries()) start[row + 1] = start[row]! + count
  const [next, total] = [start.slice(), start[counts.length]!]
  const [positive, negative] = [new Int32Array(total), new Int32Array(total)]
  each((anchor, p, n) => {
    const place = next[anchor]!++
    positive[place] = p
    negative[place] = n
  })
  return {positives: {start, other: positive}, negatives: {start, other: negative}}
}

/** Pairs in any order, gathered by anchor; the order among the partners of an anchor is kept. */
export function pairList(rows: number, pairs: readonly (readonly [anchor: number, other: number])[]): PairList {
  const start = new Int32Array(rows + 1)
  for (const [anchor] of pairs) start[anchor + 1]!++
  for (let row = 0; row < rows; row++) start[row + 1]! += start[row]!
  const next = start.slice()
  const other = new Int32Array(pairs.length)
  for (const [anchor, partner] of pairs) other[next[anchor]!++] = partner
  return {start, other}
}

/** The partners of both lists, row by row. */
export function joined(first: PairList, second: PairList): PairList {
  const start = first.start.map((before, row) => before + second.start[row]!)
  const other = new Int32Array(first.other.length + second.other.length)
  for (let row = 0; row + 1 < start.length; row++) {
    const own = first.other.subarray(first.start[row]!, first.start[row + 1]!)
    other.set(own, start[row]!)
    other.set(second.other.subarray(second.start[row]!, second.start[row + 1]!), start[row]! + own.length)
  }
  return {start, other}
}

/** Every triplet, listed or implicit. */
export function eachTriplet(
  {positives, negatives, triplets}: Tuples,
  visit: (anchor: number, positive: number, negative: number) => void,
): void {
  if (triplets !== undefined) {
    triplets.each(visit)
    return
  }
  for (let anchor = 0; anchor + 1 < positives.start.length; anchor++) {
    for (let i = positives.start[anchor]!; i < positives.start[anchor + 1]!; i++) {
      for (let j = negatives.start[anchor]!; j < negatives.start[anchor + 1]!; j++) {
        visit(anchor, positives.other[i]!, negatives.other[j]!)
      }
    }
  }
}

/** How many partners every row has. */
export function partnerCounts(start: Int32Array): Int32Array {
  return Int32Array.from({length: start.length - 1}, (_, row) => start[row + 1]! - start[row]!)
}

/** Of the row that has most. */
export function mostPartners(start: Int32Array): number {
  return partnerCounts(start).reduce((most, count) => Math.max(most, count), 0)
}

/** How many triplets every row is the anchor of. */
export function countTriplets({positives, negatives, triplets}: Tuples): Int32Array {
  if (triplets !== undefined) return triplets.counts
  const negativesOf = partnerCounts(negatives.start)
  return partnerCounts(positives.start).map((count, row) => count * negativesOf[row]!)
}
