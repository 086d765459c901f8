import type {Distance, DistanceMatrix} from './distances.ts'
import type {Terms} from './terms.ts'
import {type PairList, partnerCounts} from './tuples.ts'

/** scale * max(0, direction (x - margin))^power. */
export interface Hinge {
  readonly margin: number
  readonly direction: 1 | -1
  readonly power?: number
  readonly scale?: number
}

export interface HingeTerms extends Terms {
  /** Returns the sum of what it adds to the gradient: less that, what the margin gets. */
  backward(weight: (value: number, anchor: number) => number): number
}

/** One term a pair: how far its distance is beyond a margin. */
export function hingeTerms(pairs: PairList, distance: Distance, hinge: Hinge): HingeTerms {
  const {gradient} = distance
  const {direction, power = 1, scale = 1} = hinge
  const {start, places, excesses} = pairsBeyond(pairs, distance, hinge)
  const rows = start.length - 1
  return {
    counts: partnerCounts(pairs.start),
    each(visit) {
      for (let anchor = 0; anchor < rows; anchor++) {
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) visit(scale * raise(excesses[i]!, power), anchor)
      }
    },
    backward(weight) {
      let sum = 0
      for (let anchor = 0; anchor < rows; anchor++) {
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
          const [excess, place] = [excesses[i]!, places[i]!]
          const slope = scale * direction * power * raise(excess, power - 1)
          const pull = slope * weight(scale * raise(excess, power), anchor)
          gradient[place]! += pull
          sum += pull
        }
      }
      return sum
    },
  }
}

/**
 * The pairs beyond a margin by anchor, with their places in the distance matrix. Every pair is written down and stays only if it is
 * beyond: which of them are is as good as random, and a processor that guesses wrong loses the time of ten pairs.
 */
function pairsBeyond({start, other}: PairList, {columns, values}: DistanceMatrix, {margin, direction}: Hinge) {
  const kept = new Int32Array(start.length)
  const places = new Int32Array(other.length)
  const excesses = new Float64Array(other.length)
  let count = 0
  for (let anchor = 0; anchor + 1 < start.length; anchor++) {
    const [base, to] = [anchor * columns, start[anchor + 1]!]
    for (let i = start[anchor]!; i < to; i++) {
      const place = base + other[i]!
      const excess = direction * (values[place]! - margin)
      places[count] = place
      excesses[count] = excess
      count += Number(!(excess <= 0)) // NaN stays and is complained of
    }
    kept[anchor + 1] = count
  }
  return {start: kept, places, excesses}
}

/** Raising to a power that is not known beforehand is slow, and most terms have none or are squared. */
function raise(x: number, power: number): number {
  if (power === 0) return 1
  if (power === 1) return x
  return power === 2 ? x * x : x ** power
}
