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

/**
 * Places in the pool: `count` different ones, or as many as there are of other classes. A place is proposed at random and taken
 * with the chance of its weight over the largest that is left, so that few weights need to be known.
 */
export function drawPlaces(
  similarities: Float32Array | Float64Array,
  candidates: Candidates,
  random: Random,
): number[] {
  const {labels, own, count, law} = candidates
  const {places, heaviest} = weigh(similarities, candidates)
  const drawn: number[] = []
  while (drawn.length < Math.min(count, places.length)) {
    const largest = logWeight(similarities[heaviest.find((place) => !drawn.includes(place))!]!, law)
    for (;;) {
      const place = places[random.below(places.length)]!
      if (random.uniform() >= Math.exp(logWeight(similarities[place]!, law) - largest) || drawn.includes(place))
        continue
      drawn.push(place)
      break
    }
  }
  if (drawn.length === count) return drawn
  const others = Array.from(labels.keys()).filter((place) => labels[place] !== own && !drawn.includes(place))
  return [...drawn, ...drawDistinct(others, Math.min(count - drawn.length, others.length), random)]
}

/** Log weights that far below the `count`-th largest are left out: a million such images have 1e-20 of the chance. */
const NEGLIGIBLE = 60

/** The candidates whose weight may count in any of the draws, and the `count` heaviest of them, heaviest first. */
function weigh(
  similarities: Float32Array | Float64Array,
  {labels, own, count, law}: Candidates,
): {places: Int32Array; heaviest: number[]} {
  const isCandidate = (place: number) => labels[place] !== own && !isBeyond(similarities[place]!, law)
  const weight = (place: number) => logWeight(similarities[place]!, law)
  // The weight falls and then rises with the similarity, so the heaviest are among both ends.
  const {nearest, farthest} = extremes(similarities, isCandidate, count)
  const heaviest = [...new Set([...nearest, ...farthest])].sort((a, b) => weight(b) - weight(a)).slice(0, count)
  const enough = heaviest.length < count ? Number.NEGATIVE_INFINITY : weight(heaviest.at(-1)!) - NEGLIGIBLE
  const {below, above} = endsOfScale(enough, law)
  const places = new Int32Array(similarities.length)
  let found = 0
  for (let place = 0; place < similarities.length; place++) {
    const similarity = similarities[place]!
    if ((similarity <= below || similarity >= above) && isCandidate(place)) places[found++] = place
  }
  return {places: places.subarray(0, found), heaviest}
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
