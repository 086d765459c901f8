import type {ParametersOf} from '../card.ts'
import {type Distance, openDistance} from '../distances.ts'
import {exponential} from '../exponential.ts'
import type {LossOpener} from '../loss.ts'
import {anchorsOf} from '../row-terms.ts'
import type {Terms} from '../terms.ts'
import type {Triplets, Tuples} from '../tuples.ts'
import type {Vectors} from '../vectors.ts'
import type {nPair} from './n-pair.card.ts'

/** A positive pair with its negatives. */
interface Rivalry {
  readonly anchor: number
  readonly positive: number
  readonly negatives: readonly number[]
}

/** A positive pair against one image each of many other classes. */
export const open: LossOpener<ParametersOf<typeof nPair>> = ({l2, distance: spec}) => ({
  compares: 'plan',
  weights: [],
  start({vectors: all, labels, tuples}) {
    const rivalries = tuples.triplets === undefined ? onePairAClass(tuples, labels) : tripletsTogether(tuples.triplets)
    const {vectors, placeOf} = narrow(all, rivalries)
    const distance = openDistance(vectors, spec)
    const penalty = spec.normalise || l2 === 0 ? undefined : {l2, squaredLengths: vectors.gram('raw').squaredLengths}
    const terms = rivalryTerms(rivalries, {distance, placeOf, rows: all.rows}, penalty)
    return {terms: [terms], gradient: () => distance.backward()}
  },
  state: () => new Map(),
  dispose: () => {},
})

/** Without the rows that no pair looks at: of classes with many images these are most. */
function narrow(vectors: Vectors, rivalries: readonly Rivalry[]): {vectors: Vectors; placeOf: Int32Array} {
  const {rows, columns} = vectors
  const placeOf = new Int32Array(columns).fill(-1)
  for (const {anchor, positive, negatives} of rivalries) {
    for (const row of [anchor, positive, ...negatives]) placeOf[row] = row
  }
  const chosen = placeOf.filter((row) => row >= 0)
  if (columns > rows || chosen.length === rows || chosen.length === 0) return {vectors, placeOf}
  chosen.forEach((row, place) => {
    placeOf[row] = place
  })
  return {vectors: vectors.chosen(chosen), placeOf}
}

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

/** Where the rows of the batch are in a matrix of distances. */
interface Places {
  readonly distance: Distance
  readonly placeOf: Int32Array
  /** Of the batch. */
  readonly rows: number
}

/** One term a positive pair. */
function rivalryTerms(
  rivalries: readonly Rivalry[],
  {distance, placeOf, rows}: Places,
  penalty?: LengthPenalty,
): Terms {
  const {columns, gradient} = distance
  const counts = new Int32Array(rows)
  for (const {anchor} of rivalries) counts[anchor]!++
  const computed = rivalries.map(({anchor, positive, negatives}) => {
    const pair = {
      anchor: placeOf[anchor]!,
      positive: placeOf[positive]!,
      negatives: negatives.map((row) => placeOf[row]!),
    }
    const {value, shares} = softmaxOf(pair, distance)
    if (penalty === undefined) return {...pair, value, shares}
    const {l2, squaredLengths} = penalty
    return {...pair, value: value + l2 * (squaredLengths[pair.anchor]! + squaredLengths[pair.positive]!), shares}
  })
  return {
    counts,
    each(visit) {
      for (let i = 0; i < rivalries.length; i++) visit(computed[i]!.value, rivalries[i]!.anchor)
    },
    backward(weight) {
      for (let i = 0; i < rivalries.length; i++) {
        const {anchor, positive, negatives, value, shares} = computed[i]!
        const share = weight(value, rivalries[i]!.anchor)
        const base = anchor * columns
        for (let j = 0; j < negatives.length; j++) {
          gradient[base + negatives[j]!]! += share * shares[j]!
          gradient[base + positive]! -= share * shares[j]!
        }
        if (penalty === undefined) continue
        // The products of rows with themselves are their squared lengths.
        gradient[base + anchor]! += share * penalty.l2
        if (positive < distance.rows) gradient[positive * columns + positive]! += share * penalty.l2
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
