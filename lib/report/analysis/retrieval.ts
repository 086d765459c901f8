import type {DescribedImages} from '../facts.ts'
import {distancesFrom} from './distances.ts'
import {sampleRows} from './sample.ts'

/** What comparing images with all others shows; over a sample of the queries where all would take minutes. */
export interface Retrieval {
  /** Images asked with that have another of their class, and of how many. */
  readonly queryCount: number
  readonly imageCount: number
  /** recall[k - 1]: share of queries with an image of their class among the k nearest. */
  readonly recall: Float64Array
  readonly histogram: DistanceHistogram
}

/** Distances of pairs of one class and of two classes, as densities: each sums to 1 over the bins. */
export interface DistanceHistogram {
  readonly binWidth: number
  readonly positive: Float64Array
  readonly negative: Float64Array
  readonly positiveCount: number
  readonly negativeCount: number
}

/** Multiplications that take some five seconds of one core. */
const budget = 6e9
const largestSample = 3000
const largestK = 100
const binCount = 60

/** Asks with every image (or a seeded sample) for its nearest others: recall@k and the distances of all pairs seen. */
export function compareAll(set: DescribedImages): Retrieval {
  const imageCount = set.id.length
  const affordable = Math.floor(budget / (imageCount * set.dim))
  const queries = sampleRows(imageCount, Math.max(50, Math.min(largestSample, affordable)), 'queries')
  const all = Array.from({length: imageCount}, (_, row) => row)
  const found = new Float64Array(Math.min(largestK, Math.max(1, imageCount - 1)))
  const pairs = openPairs()
  let queryCount = 0
  for (const query of queries) {
    const distances = distancesFrom(set, query, all)
    pairs.add(set.label, query, distances)
    const rank = rankOfFirstHit(set.label, query, distances)
    if (rank === undefined) continue // alone in its class
    queryCount++
    if (rank < found.length) found[rank]! += 1
  }
  let sum = 0
  const recall = found.map((count) => {
    sum += count
    return queryCount === 0 ? Number.NaN : sum / queryCount
  })
  return {queryCount, imageCount, recall, histogram: pairs.histogram()}
}

/** How many images of other classes are before the nearest of its own; ties go to the smaller id, that is row. */
function rankOfFirstHit(label: Int32Array, query: number, distances: Float32Array): number | undefined {
  let hit: number | undefined
  for (let row = 0; row < distances.length; row++) {
    if (row === query || label[row] !== label[query]) continue
    if (hit === undefined || distances[row]! < distances[hit]!) hit = row
  }
  if (hit === undefined) return undefined
  let before = 0
  for (let row = 0; row < distances.length; row++) {
    if (label[row] === label[query]) continue
    if (distances[row]! < distances[hit]! || (distances[row] === distances[hit] && row < hit)) before++
  }
  return before
}

/** Counts fine bins first, for the range is known only at the end. */
function openPairs() {
  const fine = 0.001
  const counts = {positive: [] as number[], negative: [] as number[]}
  const add = (label: Int32Array, query: number, distances: Float32Array) => {
    for (let row = 0; row < distances.length; row++) {
      if (row === query) continue
      const kind = label[row] === label[query] ? counts.positive : counts.negative
      const bin = Math.floor(distances[row]! / fine)
      kind[bin] = (kind[bin] ?? 0) + 1
    }
  }
  const histogram = (): DistanceHistogram => {
    const perBin = Math.max(1, Math.ceil(Math.max(counts.positive.length, counts.negative.length) / binCount))
    const [positive, negative] = [densities(counts.positive, perBin), densities(counts.negative, perBin)]
    return {
      binWidth: perBin * fine,
      positive: positive.shares,
      negative: negative.shares,
      positiveCount: positive.total,
      negativeCount: negative.total,
    }
  }
  return {add, histogram}
}

function densities(counts: readonly number[], perBin: number): {shares: Float64Array; total: number} {
  // Bins that nothing fell into are holes: forEach and reduce pass them over.
  const total = counts.reduce((sum, count) => sum + count, 0)
  const shares = new Float64Array(binCount)
  counts.forEach((count, bin) => {
    shares[Math.floor(bin / perBin)]! += count / total
  })
  return {shares, total}
}
