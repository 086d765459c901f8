import type {Averaging} from '../conventions.ts'
import type {Contingency} from './contingency.ts'

/**
 * Normalised mutual information: what cluster and class tell about each other, over an average of the two entropies (in nats).
 * Two partitions into one part each are the same: 1. scikit-learn 1.9, metrics/cluster/_supervised.py.
 */
export function normalisedMutualInformation(overlap: Contingency, averaging: Averaging): number {
  if (isTrivial(overlap)) return 1
  const information = mutualInformation(overlap)
  return information <= 0 ? 0 : information / averageEntropy(overlap, averaging)
}

/**
 * Adjusted mutual information: 0 for clusters drawn at random, 1 for the classes themselves (Vinh, Epps and Bailey 2010).
 * (MI - E[MI]) / (average entropy - E[MI]).
 */
export function adjustedMutualInformation(overlap: Contingency, averaging: Averaging): number {
  if (isTrivial(overlap)) return 1
  const expected = expectedInformation(overlap)
  const denominator = averageEntropy(overlap, averaging) - expected
  const smallest = 2 ** -52
  return (
    (mutualInformation(overlap) - expected) /
    (denominator < 0 ? Math.min(denominator, -smallest) : Math.max(denominator, smallest))
  )
}

function isTrivial({rows, columns, items}: Contingency): boolean {
  return (rows.length === 1 && columns.length === 1) || (rows.length === items && columns.length === items)
}

function mutualInformation({items, rows, columns, cells}: Contingency): number {
  return cells.reduce(
    (sum, {row, column, count}) =>
      sum + (count / items) * (Math.log(count / items) - Math.log((rows[row]! / items) * (columns[column]! / items))),
    0,
  )
}

function averageEntropy({rows, columns, items}: Contingency, averaging: Averaging): number {
  const [a, b] = [entropy(rows, items), entropy(columns, items)]
  const averages = {
    arithmetic: (a + b) / 2,
    geometric: Math.sqrt(a * b),
    max: Math.max(a, b),
    min: Math.min(a, b),
  }
  return averages[averaging]
}

function entropy(sizes: readonly number[], items: number): number {
  return -sizes.reduce((sum, size) => sum + (size / items) * Math.log(size / items), 0)
}

/**
 * Mean of the mutual information over all pairs of partitions with these sizes. Parts of equal size share their terms: a set of
 * 11,000 classes has a few dozen sizes.
 */
function expectedInformation({items, rows, columns}: Contingency): number {
  const logFactorial = logFactorials(items)
  const [rowSizes, columnSizes] = [countSizes(rows), countSizes(columns)]
  let sum = 0
  for (const [a, rowCount] of rowSizes) {
    for (const [b, columnCount] of columnSizes) sum += rowCount * columnCount * termOf(a, b, items, logFactorial)
  }
  return sum
}

/** Sum over the possible overlaps n of parts of sizes a and b: n/N log(N n / (a b)) times the hypergeometric chance of n. */
function termOf(a: number, b: number, items: number, logFactorial: Float64Array): number {
  const fixed =
    logFactorial[a]! + logFactorial[b]! + logFactorial[items - a]! + logFactorial[items - b]! - logFactorial[items]!
  let sum = 0
  for (let n = Math.max(1, a + b - items); n <= Math.min(a, b); n++) {
    const chance = Math.exp(
      fixed - logFactorial[n]! - logFactorial[a - n]! - logFactorial[b - n]! - logFactorial[items - a - b + n]!,
    )
    sum += (n / items) * Math.log((items * n) / (a * b)) * chance
  }
  return sum
}

function logFactorials(largest: number): Float64Array {
  const result = new Float64Array(largest + 1)
  for (let n = 2; n <= largest; n++) result[n] = result[n - 1]! + Math.log(n)
  return result
}

function countSizes(sizes: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1)
  return counts
}
