// Every rule once more, as slow loops over all pairs and triplets that read like its card.
import type {MiningCase} from './mine.ts'

export type Pair = [anchor: number, other: number]
export type Triplet = [anchor: number, positive: number, negative: number]
/** Of an anchor and a column: larger is farther. */
export type Far = (anchor: number, column: number) => number

export interface All {
  readonly rows: number
  readonly positives: Pair[]
  readonly negatives: Pair[]
  readonly triplets: Triplet[]
}

/** All pairs and triplets of a batch with its references. */
export function allOf({labels, references}: MiningCase): All {
  const columns = [...labels, ...(references?.labels ?? [])]
  const pairs = labels.flatMap((_, a) => [...columns.keys()].flatMap((b): Pair[] => (a === b ? [] : [[a, b]])))
  const positives = pairs.filter(([a, b]) => labels[a] === columns[b])
  const negatives = pairs.filter(([a, b]) => labels[a] !== columns[b])
  const triplets = positives.flatMap(([a, p]) => negatives.flatMap(([b, n]): Triplet[] => (a === b ? [[a, p, n]] : [])))
  return {rows: labels.length, positives, negatives, triplets}
}

/** Squared distances and inner products of embeddings as given: exact where these are small whole numbers. */
export function exactDistances({embeddings, references}: MiningCase): {squared: Far; similarity: Far} {
  const columns = [...embeddings, ...(references?.embeddings ?? [])]
  const sum = (a: number, b: number, term: (x: number, y: number) => number) =>
    columns[a]!.reduce((total, x, i) => total + term(x, columns[b]![i]!), 0)
  return {
    squared: (a, b) => sum(a, b, (x, y) => (x - y) ** 2),
    similarity: (a, b) => -sum(a, b, (x, y) => x * y),
  }
}

export function multiSimilarity({positives, negatives}: All, far: Far, epsilon: number) {
  const distances = (pairs: Pair[], anchor: number) => pairs.filter(([a]) => a === anchor).map((pair) => far(...pair))
  return {
    positives: positives.filter(([a, p]) => distances(negatives, a).some((other) => far(a, p) + epsilon > other)),
    negatives: negatives.filter(([a, n]) => distances(positives, a).some((other) => far(a, n) - epsilon < other)),
  }
}

export function batchHard({triplets}: All, far: Far): Triplet[] {
  return triplets.filter(
    ([a, p, n]) =>
      !triplets.some(
        ([b, q, m]) =>
          a === b &&
          (far(a, q) > far(a, p) ||
            (far(a, q) === far(a, p) && q < p) ||
            far(a, m) < far(a, n) ||
            (far(a, m) === far(a, n) && m < n)),
      ),
  )
}

export function tripletMargin({triplets}: All, far: Far, margin: number, keeps: string): Triplet[] {
  return triplets.filter(([a, p, n]) => {
    const gap = far(a, n) - far(a, p)
    if (keeps === 'easy') return gap > margin
    if (keeps === 'hard') return gap <= margin && gap <= 0
    if (keeps === 'semi-hard') return gap <= margin && gap > 0
    return gap <= margin
  })
}

export function angular({triplets}: All, {embeddings, references}: MiningCase, degrees: number): Triplet[] {
  const columns = [...embeddings, ...(references?.embeddings ?? [])]
  return triplets.filter(([a, p, n]) => {
    const centre = columns[a]!.map((x, i) => (x + columns[p]![i]!) / 2)
    const apart = Math.hypot(...columns[a]!.map((x, i) => x - columns[p]![i]!))
    const toCentre = Math.hypot(...columns[n]!.map((x, i) => x - centre[i]!))
    return Math.atan(apart / (2 * toCentre)) > (degrees * Math.PI) / 180
  })
}

/** The first `share` of the pairs, hardest first; of equals those that come first. */
export function hardestShare(pairs: Pair[], hardness: (pair: Pair) => number, share: number): Pair[] {
  const inOrder = [...pairs.keys()].sort((a, b) => hardness(pairs[b]!) - hardness(pairs[a]!) || a - b)
  return inOrder.slice(0, Math.ceil(share * pairs.length)).map((place) => pairs[place]!)
}

export interface EasyHard {
  readonly positives: string
  readonly negatives: string
  readonly positive_range: [number, number] | null
  readonly negative_range: [number, number] | null
}

/** `value`: the distance or similarity that ranges are of. */
export function batchEasyHard(all: All, far: Far, value: Far, parameters: EasyHard) {
  const inRange = (pairs: Pair[], anchor: number, range: [number, number] | null) =>
    pairs.filter(([a, b]) => a === anchor && (range === null || (value(a, b) >= range[0] && value(a, b) <= range[1])))
  const first = (pairs: Pair[], order: (a: number, b: number) => number) =>
    pairs.find((pair) => pairs.every((other) => order(far(...pair), far(...other)) <= 0))
  const [farFirst, nearFirst] = [(a: number, b: number) => b - a, (a: number, b: number) => a - b]
  const kept: {positives: Pair[]; negatives: Pair[]} = {positives: [], negatives: []}
  for (let anchor = 0; anchor < all.rows; anchor++) {
    let positives = inRange(all.positives, anchor, parameters.positive_range)
    let negatives = inRange(all.negatives, anchor, parameters.negative_range)
    const positiveOrder = parameters.positives === 'easy' ? nearFirst : farFirst
    const negativeOrder = parameters.negatives === 'easy' ? farFirst : nearFirst
    const plain = {positive: first(positives, positiveOrder), negative: first(negatives, negativeOrder)}
    if (parameters.positives === 'semi-hard')
      positives = plain.negative ? positives.filter((pair) => far(...pair) < far(...plain.negative!)) : []
    if (parameters.negatives === 'semi-hard')
      negatives = plain.positive ? negatives.filter((pair) => far(...pair) > far(...plain.positive!)) : []
    const positive = first(positives, positiveOrder)
    const negative = first(negatives, negativeOrder)
    const both = parameters.positives !== 'all' && parameters.negatives !== 'all'
    if (both && (positive === undefined || negative === undefined)) continue
    if (positive !== undefined) kept.positives.push(positive)
    if (negative !== undefined) kept.negatives.push(negative)
  }
  return {
    positives: parameters.positives === 'all' ? all.positives : kept.positives,
    negatives: parameters.negatives === 'all' ? all.negatives : kept.negatives,
  }
}
