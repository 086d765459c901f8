import {openRandom} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import type {Mined, MiningContext} from '../samplers/sampler.ts'
import {drawPlaces} from './draw-places.ts'
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
