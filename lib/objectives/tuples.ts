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
  let byClass: Map<number, number[]> | undefined
  let positives: PairList | undefined
  let negatives: PairList | undefined
  return {
    get positives() {
      byClass ??= columnsByClass(classes)
      positives ??= pairsInside(labels, byClass)
      return positives
    },
    get negatives() {
      byClass ??= columnsByClass(classes)
      negatives ??= pairsAcross(labels, byClass, classes.length)
      return negatives
    },
  }
}

function columnsByClass(classes: Int32Array): Map<number, number[]> {
  const columnsOf = new Map<number, number[]>()
  classes.forEach((label, column) => {
    const known = columnsOf.get(label)
    if (known === undefined) columnsOf.set(label, [column])
    else known.push(column)
  })
  return columnsOf
}

/** Every row with the columns of its class but itself. */
function pairsInside(labels: Int32Array, columnsOf: ReadonlyMap<number, readonly number[]>): PairList {
  const start = startsOf(labels, (label) => columnsOf.get(label)!.length - 1)
  const other = new Int32Array(start.at(-1)!)
  let count = 0
  labels.forEach((label, row) => {
    for (const column of columnsOf.get(label)!) if (column !== row) other[count++] = column
  })
  return {start, other, distinct: true}
}

/** Every row with the columns of other classes: the same ones for all rows of a class. */
function pairsAcross(labels: Int32Array, columnsOf: ReadonlyMap<number, readonly number[]>, columns: number): PairList {
  const start = startsOf(labels, (label) => columns - columnsOf.get(label)!.length)
  const other = new Int32Array(start.at(-1)!)
  const firstRow = new Map<number, number>()
  labels.forEach((label, row) => {
    const known = firstRow.get(label)
    if (known !== undefined) {
      other.copyWithin(start[row]!, start[known]!, start[known + 1]!)
      return
    }
    firstRow.set(label, row)
    let [count, column] = [start[row]!, 0]
    for (const own of [...columnsOf.get(label)!, columns]) {
      for (; column < own; column++) other[count++] = column
      column++
    }
  })
  return {start, other, distinct: true}
}

function startsOf(labels: Int32Array, partners: (label: number) => number): Int32Array {
  const start = new Int32Array(labels.length + 1)
  labels.forEach((label, row) => {
    start[row + 1] = start[row]! + partners(label)
  })
  return start
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
