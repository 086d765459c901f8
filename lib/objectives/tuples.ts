/** One batch as the plan describes it, one entry a row. */
export interface PlannedBatch {
  readonly labels: Int32Array
  /** Number of the row's triplet or class inside the step. */
  readonly group: Int32Array
  /** anchor, positive, negative or member. */
  readonly role: readonly string[]
  /** Seed of everything drawn inside the step. */
  readonly stepSeed: number
}

/**
 * Ordered pairs of rows of one class and of different classes, as places in the flattened [rows, rows] matrix: anchor * rows + other.
 * For triplets both lists have the same length: positive[i] and negative[i] share their anchor.
 */
export interface Tuples {
  readonly rows: number
  readonly positive: Int32Array
  readonly negative: Int32Array
}

/**
 * What a loss compares. triplets: those of the plan, else all of the batch; pairs: those within the plan's triplets, else all of
 * the batch; batch: all pairs of the batch, whatever the plan says.
 */
export type Compares = 'triplets' | 'pairs' | 'batch'

/** The tuples of a batch that a loss compares. */
export function tuplesOf(batch: PlannedBatch, compares: Compares): Tuples {
  if (compares !== 'batch' && batch.role.includes('anchor')) return plannedTriplets(batch)
  return compares === 'triplets' ? allTriplets(batch.labels) : allPairs(batch.labels)
}

/** The triplets that the plan's groups spell out. */
function plannedTriplets({group, role}: PlannedBatch): Tuples {
  const rows = role.length
  const rowsOf = (wanted: string) =>
    new Map(role.flatMap((name, row) => (name === wanted ? [[group[row]!, row] as const] : [])))
  const anchors = [...rowsOf('anchor')]
  const [positives, negatives] = [rowsOf('positive'), rowsOf('negative')]
  return {
    rows,
    positive: Int32Array.from(anchors, ([triplet, anchor]) => anchor * rows + positives.get(triplet)!),
    negative: Int32Array.from(anchors, ([triplet, anchor]) => anchor * rows + negatives.get(triplet)!),
  }
}

/** All ordered pairs: (a, p) of one class with p another row than a, (a, n) of different classes. */
function allPairs(labels: Int32Array): Tuples {
  const rows = labels.length
  const positive: number[] = []
  const negative: number[] = []
  for (let anchor = 0; anchor < rows; anchor++) {
    for (let other = 0; other < rows; other++) {
      if (labels[other] !== labels[anchor]) negative.push(anchor * rows + other)
      else if (other !== anchor) positive.push(anchor * rows + other)
    }
  }
  return {rows, positive: Int32Array.from(positive), negative: Int32Array.from(negative)}
}

/** All (a, p, n): every ordered pair of one class with every row of another class. */
function allTriplets(labels: Int32Array): Tuples {
  const rows = labels.length
  const positive: number[] = []
  const negative: number[] = []
  for (const pair of allPairs(labels).positive) {
    const anchor = Math.floor(pair / rows)
    for (let other = 0; other < rows; other++) {
      if (labels[other] === labels[anchor]) continue
      positive.push(pair)
      negative.push(anchor * rows + other)
    }
  }
  return {rows, positive: Int32Array.from(positive), negative: Int32Array.from(negative)}
}
