import type {Distance} from './distances.ts'
import type {PairList, Tuples} from './tuples.ts'

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

/** A function of one number with its derivative. */
export interface Curve {
  value(x: number): number
  slope(x: number): number
}

/** The same, another one for every place in the distance matrix. */
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
    counts: partnersOf(start),
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
    counts: partnersOf(start),
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

/** max(0, x + margin); flat at the kink, as PyTorch's ReLU. */
export function hinge(margin: number): Curve {
  return {
    value: (x) => Math.max(0, x + margin),
    slope: (x) => (x + margin > 0 ? 1 : 0),
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

/** log(1 + e^(x + margin)): a hinge without a kink, never quite 0. */
export function softHinge(margin: number): Curve {
  return {
    value: (x) => Math.max(0, x + margin) + Math.log1p(Math.exp(-Math.abs(x + margin))),
    slope: (x) => 1 / (1 + Math.exp(-(x + margin))),
  }
}

/** Every triplet, listed or implicit. */
export function eachTriplet(
  {positives, negatives, triplets}: Tuples,
  visit: (anchor: number, positive: number, negative: number) => void,
): void {
  if (triplets !== undefined) {
    triplets.each(visit)
    return
  }
  for (let anchor = 0; anchor + 1 < positives.start.length; anchor++) {
    for (let i = positives.start[anchor]!; i < positives.start[anchor + 1]!; i++) {
      for (let j = negatives.start[anchor]!; j < negatives.start[anchor + 1]!; j++) {
        visit(anchor, positives.other[i]!, negatives.other[j]!)
      }
    }
  }
}

/** How many partners every row has. */
export function partnersOf(start: Int32Array): Int32Array {
  return Int32Array.from({length: start.length - 1}, (_, row) => start[row + 1]! - start[row]!)
}

/** Of the row that has most. */
export function mostPartners(start: Int32Array): number {
  return partnersOf(start).reduce((most, count) => Math.max(most, count), 0)
}

/** How many triplets every row is the anchor of. */
export function countTriplets({positives, negatives, triplets}: Tuples): Int32Array {
  if (triplets !== undefined) return triplets.counts
  const negativesOf = partnersOf(negatives.start)
  return partnersOf(positives.start).map((count, row) => count * negativesOf[row]!)
}
