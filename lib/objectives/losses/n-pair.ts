import type {ParametersOf} from '../card.ts'
import {type Distance, openDistance} from '../distances.ts'
import {exponential} from '../exponential.ts'
import type {LossOpener} from '../loss.ts'
import {anchorsOf} from '../row-terms.ts'
import type {Terms} from '../terms.ts'
import type {Triplets, Tuples} from '../tuples.ts'
import type {Vectors} from '../vectors.ts'
import type {nPair} from './n-pair.card.ts'

/** A positive pair with all that the positive is compared with, itself included. */
interface Rivalry {
  readonly anchor: number
  readonly positive: number
  readonly rivals: readonly number[]
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
})

/** Without the rows that no pair looks at: of classes with many images these are most. */
function narrow(vectors: Vectors, rivalries: readonly Rivalry[]): {vectors: Vectors; placeOf: Int32Array} {
  const {rows, columns} = vectors
  const placeOf = new Int32Array(columns).fill(-1)
  for (const {anchor, rivals} of rivalries) {
    placeOf[anchor] = anchor
    for (const row of rivals) placeOf[row] = row
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
  const rivals = Array.from(pairs.values(), ({positive}) => positive)
  return Array.from(pairs.values(), (pair) => ({...pair, rivals}))
}

/** The triplets of every positive pair. */
function tripletsTogether({each}: Triplets): Rivalry[] {
  const rivalries = new Map<string, Rivalry & {readonly rivals: number[]}>()
  each((anchor, positive, negative) => {
    const key = `${anchor} ${positive}`
    const known = rivalries.get(key)
    if (known === undefined) rivalries.set(key, {anchor, positive, rivals: [positive, negative]})
    else known.rivals.push(negative)
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
  const computed = rivalries.map((rivalry) => {
    const pair = {anchor: placeOf[rivalry.anchor]!, positive: placeOf[rivalry.positive]!}
    const {value, shares} = softmaxOf(pair, rivalry.rivals, distance, placeOf)
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
        const {anchor, positive, value, shares} = computed[i]!
        const {rivals, anchor: row} = rivalries[i]!
        const share = weight(value, row)
        const base = anchor * columns
        for (let j = 0; j < rivals.length; j++) gradient[base + placeOf[rivals[j]!]!]! += share * shares[j]!
        gradient[base + positive]! -= share
        if (penalty === undefined) continue
        // The products of rows with themselves are their squared lengths.
        gradient[base + anchor]! += share * penalty.l2
        if (positive < distance.rows) gradient[positive * columns + positive]! += share * penalty.l2
      }
    },
  }
}

/** log of the sum of exp(s(a, r) - s(a, p)) over rivals r, and the share of each in it. The positive's own part is the 1 of the formula. */
function softmaxOf(
  {anchor, positive}: Omit<Rivalry, 'rivals'>,
  rivals: readonly number[],
  {columns, values}: Distance,
  placeOf: Int32Array,
) {
  const base = anchor * columns
  const own = values[base + positive]!
  const shares = new Float64Array(rivals.length)
  let largest = 0
  for (let j = 0; j < rivals.length; j++) {
    const ahead = values[base + placeOf[rivals[j]!]!]! - own
    shares[j] = ahead
    if (ahead > largest) largest = ahead
  }
  let total = 0
  for (let j = 0; j < rivals.length; j++) {
    const one = exponential(shares[j]! - largest)
    shares[j] = one
    total += one
  }
  for (let j = 0; j < rivals.length; j++) shares[j]! /= total
  return {value: largest + Math.log(total), shares}
}
