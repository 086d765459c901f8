import {openRandom, type Random} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import {drawDistinct} from '../samplers/draw.ts'
import type {Mined, MiningContext} from '../samplers/sampler.ts'
import {type DistanceLaw, endsOfScale, isBeyond, logWeight} from './distance-weights.ts'
import {collectMined} from './mined-rows.ts'
import {drawPool} from './pool.ts'
import {visitSimilarities} from './similarities.ts'

interface DrawParameters {
  readonly negatives: number
  readonly pool_size: number
  readonly lower: number
  readonly upper: number | null
}

/**
 * Draws `negatives` images of other classes for every anchor (ids, ascending) from a pool of random images, by distance and
 * without replacement. Where fewer have a weight (those within `upper`), the rest are any others.
 *
 * RAML masks the class of another image by mistake and adds 1e-6 to all probabilities, that of the anchor's own class too, so
 * that negatives can be positives; here they never are.
 */
export async function drawByDistance(
  parameters: DrawParameters,
  anchors: Int32Array,
  context: MiningContext,
): Promise<Mined> {
  const {descriptors, seed} = context
  const pool = drawPool(descriptors.id.length, parameters.pool_size, seed)
  const rowOf = new Map(Array.from(descriptors.id, (id, row) => [id, row]))
  const law = {dim: descriptors.dim, lower: parameters.lower, upper: parameters.upper}
  const labels = Int32Array.from(pool, (row) => descriptors.label[row]!)
  const random = openRandom(...seed, 'negatives')
  const mined = collectMined(descriptors)
  const draw = (row: number, similarities: Float32Array) => {
    const own = descriptors.label[row]!
    const places = drawPlaces(similarities, {labels, own, count: parameters.negatives, law}, random)
    if (places.length < parameters.negatives) {
      throw new UserError(
        `Image ${descriptors.id[row]} of class ${own} has ${places.length} images of other classes in the pool of ${pool.length}, ` +
          `but mining.negatives is ${parameters.negatives}. Lower it, or raise mining.pool_size.`,
      )
    }
    mined.add(
      row,
      places.map((place) => pool[place]!),
    )
  }
  const queries = Int32Array.from(anchors, (id) => rowOf.get(id)!)
  await visitSimilarities(descriptors, queries, pool, draw, context.onProgress)
  return {rows: mined.rows()}
}

interface Candidates {
  /** Of the pool, in the order of the similarities. */
  readonly labels: Int32Array
  /** Label of the anchor. */
  readonly own: number
  readonly count: number
  readonly law: DistanceLaw
}

/** Places in the pool: `count` different ones, or as many as there are of other classes. */
export function drawPlaces(
  similarities: Float32Array | Float64Array,
  candidates: Candidates,
  random: Random,
): number[] {
  const {labels, own, count} = candidates
  const {places, logs} = weigh(similarities, candidates)
  let weights = scaledWeights(logs)
  const drawn: number[] = []
  while (drawn.length < Math.min(count, places.length)) {
    let total = sum(weights)
    if (total < VANISHING) {
      weights = scaledWeights(logs)
      total = sum(weights)
    }
    let rest = random.uniform() * total
    let at = -1
    // Rounding may leave a rest after the last one; the last with a weight is then meant.
    for (let i = 0; i < places.length && rest >= 0; i++) {
      if (weights[i] === 0) continue
      at = i
      rest -= weights[i]!
    }
    drawn.push(places[at]!)
    weights[at] = 0
    logs[at] = Number.NEGATIVE_INFINITY
  }
  if (drawn.length === count) return drawn
  const taken = new Set(drawn)
  const others = Array.from(labels.keys()).filter((place) => labels[place] !== own && !taken.has(place))
  return [...drawn, ...drawDistinct(others, Math.min(count - drawn.length, others.length), random)]
}

/** Weights that are left are scaled up again before they leave the range of float64. */
const VANISHING = 1e-250

/** Log weights that far below the `count`-th largest are left out: a million such images have 1e-20 of the chance. */
const NEGLIGIBLE = 60

/** The candidates whose weight may count in any of the draws. */
function weigh(
  similarities: Float32Array | Float64Array,
  {labels, own, count, law}: Candidates,
): {places: number[]; logs: number[]} {
  const {nearest, farthest} = extremes(similarities, (place) => isCandidate(place), count)
  const best = [...nearest, ...farthest.filter((place) => !nearest.includes(place))]
    .map((place) => logWeight(similarities[place]!, law))
    .sort((a, b) => b - a)
  const {below, above} = endsOfScale((best[count - 1] ?? Number.NEGATIVE_INFINITY) - NEGLIGIBLE, law)
  const places: number[] = []
  for (let place = 0; place < similarities.length; place++) {
    const similarity = similarities[place]!
    if ((similarity <= below || similarity >= above) && isCandidate(place)) places.push(place)
  }
  return {places, logs: places.map((place) => logWeight(similarities[place]!, law))}

  function isCandidate(place: number): boolean {
    return labels[place] !== own && !isBeyond(similarities[place]!, law)
  }
}

/** The `count` candidates of the largest and of the smallest similarity. */
function extremes(
  similarities: Float32Array | Float64Array,
  isCandidate: (place: number) => boolean,
  count: number,
): {nearest: number[]; farthest: number[]} {
  const [nearest, farthest]: [number[], number[]] = [[], []]
  const insert = (places: number[], place: number, comesBefore: (other: number) => boolean) => {
    let at = places.length
    while (at > 0 && comesBefore(places[at - 1]!)) at--
    places.splice(at, 0, place)
    if (places.length > count) places.pop()
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] // beyond these a candidate enters a list
  for (let place = 0; place < similarities.length; place++) {
    const similarity = similarities[place]!
    if ((similarity >= low && similarity <= high) || !isCandidate(place)) continue
    if (similarity > high) insert(nearest, place, (other) => similarities[other]! < similarity)
    if (similarity < low) insert(farthest, place, (other) => similarities[other]! > similarity)
    if (nearest.length === count) {
      high = similarities[nearest.at(-1)!]!
      low = similarities[farthest.at(-1)!]!
    }
  }
  return {nearest, farthest}
}

/** Weights relative to the largest. */
function scaledWeights(logs: readonly number[]): number[] {
  const most = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return logs.map((log) => Math.exp(log - most))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
