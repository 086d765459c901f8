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
  const members = {
    anchor: new Map<number, number[]>(),
    positive: new Map<number, number[]>(),
    negative: new Map<number, number[]>(),
  }
  role.forEach((name, row) => {
    const rows = members[name as keyof typeof members]
    const known = rows.get(group[row]!)
    if (known === undefined) rows.set(group[row]!, [row])
    else known.push(row)
  })
  const rows = role.length
  const pairs = (kind: 'positive' | 'negative') =>
    pairList(
      rows,
      Array.from(members.anchor, ([number, anchors]) =>
        anchors.flatMap((anchor) => (members[kind].get(number) ?? []).map((other) => [anchor, other] as const)),
      ).flat(),
    )
  const [positives, negatives] = [pairs('positive'), pairs('negative')]
  // No row is anchor in two groups, so that an anchor's positives and negatives are those of its group: every one with every other.
  return {positives, negatives}
}

/**
 * All ordered pairs of a batch: with every other row of the anchor's class, and with every row of another class.
 * `references`: classes of the columns after the batch (vectors.ts), all of which may be partners too.
 */
export function allTuples(labels: Int32Array, references: Int32Array = new Int32Array()): Tuples {
  const classes = new Int32Array(labels.length + references.length)
  classes.set(labels)
  classes.set(references, labels.length)
  // Gathered when a loss asks for them: some look at neither, some at positives alone.
  let positives: PairList | undefined
  let negatives: PairList | undefined
  return {
    get positives() {
      positives ??= pairsAmong(labels, classes, true)
      return positives
    },
    get negatives() {
      negatives ??= pairsAmong(labels, classes, false)
      return negatives
    },
  }
}

/** Every row with the columns of its class but itself, or with those of other classes. */
function pairsAmong(labels: Int32Array, classes: Int32Array, sameClass: boolean): PairList {
  const sizes = new Map<number, number>()
  for (const label of classes) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const start = new Int32Array(labels.length + 1)
  labels.forEach((label, row) => {
    const size = sizes.get(label)!
    start[row + 1] = start[row]! + (sameClass ? size - 1 : classes.length - size)
  })
  const other = new Int32Array(start[labels.length]!)
  let count = 0
  for (let anchor = 0; anchor < labels.length; anchor++) {
    const own = labels[anchor]!
    for (let column = 0; column < classes.length; column++) {
      if ((classes[column] === own) === sameClass && column !== anchor) other[count++] = column
    }
  }
  return {start, other}
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
