import {fromHost} from '../../engine/op.ts'
import type {ParametersOf} from '../card.ts'
import {type Distance, openDistance} from '../distances.ts'
import type {LossOpener} from '../loss.ts'
import {penaltyTerms, type Terms} from '../terms.ts'
import {countTriplets, eachTriplet, partnerCounts, type Tuples} from '../tuples.ts'
import type {margin} from './margin.card.ts'

/** A trained boundary beta: positives have to stay below it and negatives above it, both by the margin. */
export const open: LossOpener<ParametersOf<typeof margin>> = (parameters, context) => {
  const {beta, per_class, learn_beta, nu} = parameters
  const trained = learn_beta
    ? context.weight('beta', [per_class ? context.classes : 1], (_, count) => new Float32Array(count).fill(beta))
    : undefined
  return {
    compares: 'plan',
    weights: trained === undefined ? [] : [trained],
    start({vectors, labels, tuples}) {
      const distance = openDistance(vectors, parameters.distance)
      const values = trained?.toHost() ?? Float32Array.of(beta)
      const placeOf = values.length === 1 ? () => 0 : (anchor: number) => labels[anchor]!
      const boundary = {values, placeOf, gradient: new Float64Array(values.length)}
      const sides = openSides(distance, boundary, parameters.margin)
      const terms = parameters.counts === 'pairs' ? pairTerms(tuples, sides) : tripletTerms(tuples, sides)
      const penalty = trained === undefined || nu === 0 ? [] : [boundaryPenalty(boundary, nu, tuples, terms)]
      return {
        terms: [terms, ...penalty],
        gradient() {
          trained?.addGradient(fromHost(Float32Array.from(boundary.gradient), trained.shape))
          return distance.backward()
        },
      }
    },
  }
}

/** beta with the gradient that gathers for it; `placeOf` an anchor: which of them is its. */
interface Boundary {
  readonly values: Float32Array
  readonly gradient: Float64Array
  placeOf(anchor: number): number
}

/** The two hinges: of a positive, which is 1, and of a negative, which is -1. */
interface Sides {
  value(anchor: number, other: number, side: 1 | -1): number
  /** Adds weight times the derivative of an active hinge to the gradients of distance and boundary. */
  pull(anchor: number, other: number, side: 1 | -1, weight: number): void
}

function openSides({columns, values, gradient, sign}: Distance, boundary: Boundary, margin: number): Sides {
  return {
    value(anchor, other, side) {
      const beyond = values[anchor * columns + other]! - boundary.values[boundary.placeOf(anchor)]!
      return Math.max(0, side * sign * beyond + margin)
    },
    pull(anchor, other, side, weight) {
      gradient[anchor * columns + other]! += side * sign * weight
      boundary.gradient[boundary.placeOf(anchor)]! -= side * sign * weight
    },
  }
}

/** Every pair as often as triplets hold it: a positive once for every negative of its anchor, and the other way round. */
function pairTerms({positives, negatives, triplets}: Tuples, {value, pull}: Sides): Terms {
  const rows = positives.start.length - 1
  const [positivesOf, negativesOf] = [partnerCounts(positives.start), partnerCounts(negatives.start)]
  const timesOf = (others: Int32Array, row: number) => (triplets === undefined ? others[row]! : 1)
  const eachPair = (visit: (anchor: number, other: number, side: 1 | -1, times: number) => void) => {
    for (const [list, others, side] of [
      [positives, negativesOf, 1],
      [negatives, positivesOf, -1],
    ] as const) {
      for (let anchor = 0; anchor < rows; anchor++) {
        const times = timesOf(others, anchor)
        if (times === 0) continue
        for (let i = list.start[anchor]!; i < list.start[anchor + 1]!; i++) visit(anchor, list.other[i]!, side, times)
      }
    }
  }
  return {
    counts: positivesOf.map(
      (count, row) => timesOf(negativesOf, row) * count + timesOf(positivesOf, row) * negativesOf[row]!,
    ),
    each(visit) {
      eachPair((anchor, other, side, times) => {
        const term = value(anchor, other, side)
        if (term > 0) visit(term, anchor, times)
      })
    },
    backward(weight) {
      eachPair((anchor, other, side, times) => {
        const term = value(anchor, other, side)
        if (term > 0) pull(anchor, other, side, times * weight(term, anchor))
      })
    },
  }
}

/** Both sides of a triplet are one term. */
function tripletTerms(tuples: Tuples, {value, pull}: Sides): Terms {
  return {
    counts: countTriplets(tuples),
    each(visit) {
      eachTriplet(tuples, (anchor, positive, negative) => {
        const term = value(anchor, positive, 1) + value(anchor, negative, -1)
        if (term > 0) visit(term, anchor)
      })
    },
    backward(weight) {
      eachTriplet(tuples, (anchor, positive, negative) => {
        const [near, far] = [value(anchor, positive, 1), value(anchor, negative, -1)]
        if (near + far === 0) return
        const share = weight(near + far, anchor)
        if (near > 0) pull(anchor, positive, 1, share)
        if (far > 0) pull(anchor, negative, -1, share)
      })
    },
  }
}

/** nu * beta; with one beta a class: nu * (sum over triplets of their beta) / (number of active terms). */
function boundaryPenalty({values, gradient, placeOf}: Boundary, nu: number, tuples: Tuples, terms: Terms): Terms {
  const shares = new Float64Array(values.length)
  if (values.length === 1) shares[0] = nu
  else {
    let active = 0
    terms.each((value, _, times = 1) => {
      if (value > 0) active += times
    })
    if (active > 0) {
      countTriplets(tuples).forEach((count, anchor) => {
        shares[placeOf(anchor)]! += (nu * count) / active
      })
    }
  }
  const value = values.reduce((sum, beta, i) => sum + shares[i]! * beta, 0)
  return penaltyTerms(value, (weight) => {
    shares.forEach((share, i) => {
      gradient[i]! += weight * share
    })
  })
}
