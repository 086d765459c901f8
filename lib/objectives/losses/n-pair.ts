import type {ParametersOf} from '../card.ts'
import type {Distance} from '../distances.ts'
import {exponential} from '../exponential.ts'
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
  if (normalise || l2 === 0) return [rivalryTerms(rivalries, distance)]
  return [rivalryTerms(rivalries, distance, {l2, squaredLengths: vectors.gram('raw').squaredLengths})]
})

/** The first positive pair of every class, with the positives of the others. */
function onePairAClass({positives}: Tuples, labels: Int32Array): Rivalry[] {
  const pairs = new Map<number, {readonly anchor: number; readonly positive: number}>()
  for (const anchor of anchorsOf(positives)) {
    const label = labels[anchor]!
    if (!pairs.has(label)) pairs.set(label, {anchor, positive: positives.other[positives.start[anchor]!]!})
  }
  const chosen = Array.from(pairs.values(), ({positive}) => positive)
  return Array.from(pairs.values(), (pair, i) => ({...pair, negatives: chosen.toSpliced(i, 1)}))
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

/** What the lengths of anchor and positive cost. */
interface LengthPenalty {
  readonly l2: number
  readonly squaredLengths: Float32Array
}

/** One term a positive pair. */
function rivalryTerms(rivalries: readonly Rivalry[], distance: Distance, penalty?: LengthPenalty): Terms {
  const {rows, columns, gradient} = distance
  const counts = new Int32Array(rows)
  for (const {anchor} of rivalries) counts[anchor]!++
  const computed = rivalries.map((rivalry) => {
    const {value, shares} = softmaxOf(rivalry, distance)
    if (penalty === undefined) return {value, shares}
    const {l2, squaredLengths} = penalty
    return {value: value + l2 * (squaredLengths[rivalry.anchor]! + squaredLengths[rivalry.positive]!), shares}
  })
  return {
    counts,
    each(visit) {
      for (let i = 0; i < rivalries.length; i++) visit(computed[i]!.value, rivalries[i]!.anchor)
    },
    backward(weight) {
      for (let i = 0; i < rivalries.length; i++) {
        const [{anchor, positive, negatives}, {value, shares}] = [rivalries[i]!, computed[i]!]
        const share = weight(value, anchor)
        const base = anchor * columns
        for (let j = 0; j < negatives.length; j++) {
          gradient[base + negatives[j]!]! += share * shares[j]!
          gradient[base + positive]! -= share * shares[j]!
        }
        if (penalty === undefined) continue
        // The products of rows with themselves are their squared lengths.
        gradient[base + anchor]! += share * penalty.l2
        if (positive < rows) gradient[positive * columns + positive]! += share * penalty.l2
      }
    },
  }
}

/** log(1 + sum of exp(s(a, n) - s(a, p))), and the share of every negative in it. */
function softmaxOf({anchor, positive, negatives}: Rivalry, {columns, values}: Distance) {
  const base = anchor * columns
  const own = values[base + positive]!
  const shares = new Float64Array(negatives.length)
  let largest = 0
  for (let j = 0; j < negatives.length; j++) {
    shares[j] = values[base + negatives[j]!]! - own
    largest = Math.max(largest, shares[j]!)
  }
  let total = exponential(-largest)
  for (let j = 0; j < negatives.length; j++) {
    shares[j] = exponential(shares[j]! - largest)
    total += shares[j]!
  }
  for (let j = 0; j < negatives.length; j++) shares[j]! /= total
  return {value: largest + Math.log(total), shares}
}
