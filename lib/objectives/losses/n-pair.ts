import type {ParametersOf} from '../card.ts'
import type {Distance} from '../distances.ts'
import {pairLoss} from '../pair-loss.ts'
import {anchorsOf} from '../row-terms.ts'
import type {Terms} from '../terms.ts'
import type {Triplets, Tuples} from '../tuples.ts'
import type {nPair} from './n-pair.card.ts'

/** A positive pair with its negatives. */
interface Rivalry {
  readonly anchor: number
  readonly positive: number
  readonly negatives: readonly number[]
}

/** A positive pair against one image each of many other classes. */
export const open = pairLoss<ParametersOf<typeof nPair>>('plan', (distance, batch, {l2, distance: {normalise}}) => {
  const {vectors, labels, tuples} = batch
  const rivalries = tuples.triplets === undefined ? onePairAClass(tuples, labels) : tripletsTogether(tuples.triplets)
  return [rivalryTerms(rivalries, distance, normalise ? 0 : l2, vectors.gram('raw').squaredLengths)]
})

/** The first positive pair of every class, with the positives of the others. */
function onePairAClass({positives}: Tuples, labels: Int32Array): Rivalry[] {
  const pairs = new Map<number, {readonly anchor: number; readonly positive: number}>()
  for (const anchor of anchorsOf(positives)) {
    const label = labels[anchor]!
    if (!pairs.has(label)) pairs.set(label, {anchor, positive: positives.other[positives.start[anchor]!]!})
  }
  const chosen = Array.from(pairs.values(), ({positive}) => positive)
  return Array.from(pairs.values(), (pair) => ({...pair, negatives: chosen.filter((other) => other !== pair.positive)}))
}

/** The triplets of every positive pair. */
function tripletsTogether({each}: Triplets): Rivalry[] {
  const rivalries = new Map<string, Rivalry & {readonly negatives: number[]}>()
  each((anchor, positive, negative) => {
    const key = `${anchor} ${positive}`
    const known = rivalries.get(key)
    if (known === undefined) rivalries.set(key, {anchor, positive, negatives: [negative]})
    else known.negatives.push(negative)
  })
  return [...rivalries.values()]
}

/** One term a positive pair. */
function rivalryTerms(
  rivalries: readonly Rivalry[],
  {rows, columns, values, gradient}: Distance,
  l2: number,
  squaredLengths: Float32Array,
): Terms {
  const counts = new Int32Array(rows)
  for (const {anchor} of rivalries) counts[anchor]!++
  // The exponents are those of the negatives beside the positive, whose own is 0.
  const computed = rivalries.map(({anchor, positive, negatives}) => {
    const base = anchor * columns
    const exponents = Float64Array.from(negatives, (negative) => values[base + negative]! - values[base + positive]!)
    const largest = exponents.reduce((most, exponent) => Math.max(most, exponent), 0)
    const exponentials = exponents.map((exponent) => Math.exp(exponent - largest))
    const total = exponentials.reduce((sum, exponential) => sum + exponential, Math.exp(-largest))
    const lengths = squaredLengths[anchor]! + squaredLengths[positive]!
    return {value: largest + Math.log(total) + l2 * lengths, shares: exponentials.map((one) => one / total)}
  })
  return {
    counts,
    each(visit) {
      rivalries.forEach(({anchor}, i) => {
        visit(computed[i]!.value, anchor)
      })
    },
    backward(weight) {
      rivalries.forEach(({anchor, positive, negatives}, i) => {
        const {value, shares} = computed[i]!
        const share = weight(value, anchor)
        const base = anchor * columns
        negatives.forEach((negative, j) => {
          gradient[base + negative]! += share * shares[j]!
          gradient[base + positive]! -= share * shares[j]!
        })
        // The products of rows with themselves are their squared lengths.
        gradient[base + anchor]! += share * l2
        if (positive < rows) gradient[positive * columns + positive]! += share * l2
      })
    },
  }
}
