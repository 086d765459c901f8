import type {Random} from '../../random.ts'
import {drawDistinct} from '../samplers/draw.ts'
import {type DistanceLaw, leastSimilarity, logWeight} from './distance-weights.ts'

interface Candidates {
  /** Of the pool, in the order of the similarities. */
  readonly labels: Int32Array
  /** Label of the anchor. */
  readonly own: number
  readonly count: number
  readonly law: DistanceLaw
}

/**
 * Places of a pool drawn by distance from an anchor: `count` different ones, or as many as there are of other classes.
 *
 * Candidates are sorted into bins by similarity. A bin is chosen by its size times its heaviest weight, a candidate in it at
 * random, and taken with the chance of its weight over the heaviest: exact, though few weights are worked out.
 */
export function drawPlaces(
  similarities: Float32Array | Float64Array,
  {labels, own, count, law}: Candidates,
  random: Random,
): number[] {
  const {places, start, sizes} = sortIntoBins(similarities, labels, own, leastSimilarity(law))
  const heaviest = Float64Array.from(sizes, (_, bin) => heaviestIn(bin))
  const drawn: number[] = []
  while (drawn.length < Math.min(count, places.length)) {
    const bin = chooseBin(sizes, heaviest, random)
    const at = start[bin]! + random.below(sizes[bin]!)
    const place = places[at]!
    if (random.uniform() >= Math.exp(logWeight(similarities[place]!, law) - heaviest[bin]!)) continue
    drawn.push(place)
    places[at] = places[start[bin]! + sizes[bin]! - 1]!
    sizes[bin]!--
    heaviest[bin] = heaviestIn(bin)
  }
  if (drawn.length === count) return drawn
  const others = Array.from(labels.keys()).filter((place) => labels[place] !== own && !drawn.includes(place))
  return [...drawn, ...drawDistinct(others, Math.min(count - drawn.length, others.length), random)]

  /** Log of the heaviest weight: the weight falls and then rises with the similarity, so it is at one end. */
  function heaviestIn(bin: number): number {
    if (sizes[bin] === 0) return Number.NEGATIVE_INFINITY
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let at = start[bin]!; at < start[bin]! + sizes[bin]!; at++) {
      const similarity = similarities[places[at]!]!
      if (similarity < least) least = similarity
      if (similarity > most) most = similarity
    }
    return Math.max(logWeight(least, law), logWeight(most, law))
  }
}

const BINS = 512

/** Places of all candidates, bin by bin; bin b has sizes[b] of them from start[b] on. */
function sortIntoBins(
  similarities: Float32Array | Float64Array,
  labels: Int32Array,
  own: number,
  least: number,
): {places: Int32Array; start: Int32Array; sizes: Int32Array} {
  const sizes = new Int32Array(BINS)
  for (let place = 0; place < similarities.length; place++) {
    if (labels[place] !== own && similarities[place]! >= least) sizes[binOf(similarities[place]!)]!++
  }
  const start = new Int32Array(BINS)
  for (let bin = 1; bin < BINS; bin++) start[bin] = start[bin - 1]! + sizes[bin - 1]!
  const next = start.slice()
  const places = new Int32Array(start[BINS - 1]! + sizes[BINS - 1]!)
  for (let place = 0; place < similarities.length; place++) {
    if (labels[place] !== own && similarities[place]! >= least) places[next[binOf(similarities[place]!)]!++] = place
  }
  return {places, start, sizes}
}

/** Rounding may put a similarity a little outside of -1 to 1. */
function binOf(similarity: number): number {
  return Math.min(BINS - 1, Math.max(0, Math.floor(((similarity + 1) / 2) * BINS)))
}

function chooseBin(sizes: Int32Array, heaviest: Float64Array, random: Random): number {
  let most = Number.NEGATIVE_INFINITY
  for (let bin = 0; bin < BINS; bin++) most = Math.max(most, heaviest[bin]!)
  const masses = new Float64Array(BINS)
  let total = 0
  for (let bin = 0; bin < BINS; bin++) {
    if (sizes[bin] === 0) continue
    masses[bin] = sizes[bin]! * Math.exp(heaviest[bin]! - most)
    total += masses[bin]!
  }
  let rest = random.uniform() * total
  let chosen = -1
  // Rounding may leave a rest after the last one; the last with a mass is then meant.
  for (let bin = 0; bin < BINS && rest >= 0; bin++) {
    if (masses[bin] === 0) continue
    chosen = bin
    rest -= masses[bin]!
  }
  return chosen
}
