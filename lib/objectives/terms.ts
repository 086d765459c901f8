import type {Curve} from './curves.ts'
import type {Distance} from './distances.ts'
import {countTriplets, eachTriplet, type PairList, partnerCounts, type Tuples} from './tuples.ts'

/** A loss before its terms are put together: one number a tuple, or one a row. */
export interface Terms {
  /** How many terms every row has. */
  readonly counts: Int32Array
  /** Shows every term that is not 0 (it may show those too); `times`: that many equal terms at once. */
  each(visit: (value: number, anchor: number, times?: number) => void): void
  /** Adds weight * derivative of every term to the gradient of what it was made from. */
  backward(weight: (value: number, anchor: number) => number): void
  /** 'sum' for a part that stands beside the others, is not averaged with anything and counts as no term: a penalty inside the loss. */
  readonly reduction?: 'sum'
}

/** A function of one number with its derivative, another one for every place in the distance matrix. */
interface PlacedCurve {
  value(x: number, place: number): number
  slope(x: number, place: number): number
}

/** One term a pair: a curve of its distance. */
export function pairTerms(
  {start, other}: PairList,
  {columns, values, gradient}: Distance,
  {value, slope}: PlacedCurve,
): Terms {
  const rows = start.length - 1
  return {
    counts: partnerCounts(start),
    each(visit) {
      for (let anchor = 0; anchor < rows; anchor++) {
        const base = anchor * columns
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
          const place = base + other[i]!
          visit(value(values[place]!, place), anchor)
        }
      }
    },
    backward(weight) {
      for (let anchor = 0; anchor < rows; anchor++) {
        const base = anchor * columns
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
          const place = base + other[i]!
          const x = values[place]!
          gradient[place]! += slope(x, place) * weight(value(x, place), anchor)
        }
      }
    },
  }
}

/**
 * One term a triplet: a curve of how much farther the positive is than the negative. Triplets left implicit are never listed. swap: the
 * negative is compared with the anchor or the positive, whichever is nearer to it (positives of a memory have no such distance).
 */
export function tripletTerms(tuples: Tuples, distance: Distance, {value, slope}: Curve, {swap = false} = {}): Terms {
  const {rows, columns, values, gradient, sign} = distance
  const negativePlace = (anchor: number, positive: number, negative: number) => {
    const [own, swapped] = [anchor * columns + negative, positive * columns + negative]
    return swap && positive < rows && sign * (values[own]! - values[swapped]!) > 0 ? swapped : own
  }
  return {
    counts: countTriplets(tuples),
    each(visit) {
      eachTriplet(tuples, (anchor, positive, negative) => {
        const near = anchor * columns + positive
        const far = negativePlace(anchor, positive, negative)
        const term = value(sign * (values[near]! - values[far]!))
        if (term !== 0) visit(term, anchor)
      })
    },
    backward(weight) {
      eachTriplet(tuples, (anchor, positive, negative) => {
        const near = anchor * columns + positive
        const far = negativePlace(anchor, positive, negative)
        const x = sign * (values[near]! - values[far]!)
        const term = value(x)
        if (term === 0) return
        const pull = sign * weight(term, anchor) * slope(x)
        gradient[near]! += pull
        gradient[far]! -= pull
      })
    },
  }
}

/** One term a positive pair, for what its anchor's negatives make of it: see `anchorTerms`. */
export function positiveTerms(
  {start, other}: PairList,
  value: (anchor: number, positive: number) => number,
  spread: (anchor: number, positive: number, weight: number) => void,
): Terms {
  const rows = start.length - 1
  const values = new Float64Array(other.length)
  const each = (visit: (i: number, anchor: number) => void) => {
    for (let anchor = 0; anchor < rows; anchor++) {
      for (let i = start[anchor]!; i < start[anchor + 1]!; i++) visit(i, anchor)
    }
  }
  each((i, anchor) => {
    values[i] = value(anchor, other[i]!)
  })
  return {
    counts: partnerCounts(start),
    each: (visit) => each((i, anchor) => visit(values[i]!, anchor)),
    backward(weight) {
      each((i, anchor) => {
        const share = weight(values[i]!, anchor)
        if (share !== 0) spread(anchor, other[i]!, share)
      })
    },
  }
}

/** One term an anchor: `value` computes it, `spread` adds weight times its derivative to the gradient of the distances. */
export function anchorTerms(
  anchors: readonly number[],
  rows: number,
  value: (anchor: number) => number,
  spread: (anchor: number, weight: number) => void,
): Terms {
  const values = Float64Array.from(anchors, value)
  const counts = new Int32Array(rows)
  for (const anchor of anchors) counts[anchor]!++
  return {
    counts,
    each(visit) {
      anchors.forEach((anchor, i) => {
        visit(values[i]!, anchor)
      })
    },
    backward(weight) {
      anchors.forEach((anchor, i) => {
        const share = weight(values[i]!, anchor)
        if (share !== 0) spread(anchor, share)
      })
    },
  }
}

/** A number beside the terms: `spread` adds weight times its derivative to whatever it was made from. */
export function penaltyTerms(value: number, spread: (weight: number) => void): Terms {
  return {
    counts: new Int32Array(),
    reduction: 'sum',
    each: (visit) => visit(value, 0),
    backward: (weight) => spread(weight(value, 0)),
  }
}
