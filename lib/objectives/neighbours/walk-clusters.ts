import {UserError} from '../../user-error.ts'
import type {Mined, MiningContext} from '../samplers/sampler.ts'
import {collectMined} from './mined-rows.ts'
import {drawPool} from './pool.ts'
import {visitSimilarities} from './similarities.ts'

/**
 * Walks from every anchor (ids, ascending) down a pool of random images by similarity and takes an image where its class is
 * neither the anchor's nor taken before, until there are `negatives`. (cnnimageretrieval, datasets/traindataset.py.)
 *
 * What the walk meets first of a class is its nearest image, so this finds the nearest image of every class and takes the
 * nearest of these, without sorting the pool; ties go to the smaller id.
 */
export async function walkClusters(
  {negatives, pool_size}: {readonly negatives: number; readonly pool_size: number},
  anchors: Int32Array,
  context: MiningContext,
): Promise<Mined> {
  const {descriptors, seed} = context
  const pool = drawPool(descriptors.id.length, pool_size, seed)
  const labels = [...new Set(Array.from(pool, (row) => descriptors.label[row]!))]
  const numberOf = new Map(labels.map((label, number) => [label, number]))
  const classes = Int32Array.from(pool, (row) => numberOf.get(descriptors.label[row]!)!)
  const rowOf = new Map(Array.from(descriptors.id, (id, row) => [id, row]))
  const mined = collectMined(descriptors)
  const walk = (row: number, similarities: Float32Array) => {
    const own = descriptors.label[row]!
    const places = nearestByClass(similarities, classes, labels.length, numberOf.get(own) ?? -1, negatives)
    if (places.length < negatives) {
      throw new UserError(
        `The pool of ${pool.length} images has ${places.length} classes beside class ${own} of image ${descriptors.id[row]}, ` +
          `but mining.negatives is ${negatives}, one a class. Lower it, or raise mining.pool_size.`,
      )
    }
    mined.add(
      row,
      places.map((place) => pool[place]!),
    )
  }
  const queries = Int32Array.from(anchors, (id) => rowOf.get(id)!)
  await visitSimilarities(descriptors, queries, pool, walk, context.onProgress)
  return {rows: mined.rows()}
}

/** Places of the nearest images, one a class, nearest first. */
function nearestByClass(
  similarities: Float32Array,
  classes: Int32Array,
  classCount: number,
  own: number,
  count: number,
): number[] {
  const best = new Int32Array(classCount).fill(-1)
  for (let place = 0; place < classes.length; place++) {
    const held = best[classes[place]!]!
    if (held === -1 || similarities[place]! > similarities[held]!) best[classes[place]!] = place
  }
  const nearest: number[] = []
  const isNearer = (one: number, other: number) =>
    similarities[one]! > similarities[other]! || (similarities[one] === similarities[other] && one < other)
  for (const [one, place] of best.entries()) {
    if (one === own || (nearest.length === count && !isNearer(place, nearest.at(-1)!))) continue
    let at = nearest.length
    while (at > 0 && isNearer(place, nearest[at - 1]!)) at--
    nearest.splice(at, 0, place)
    if (nearest.length > count) nearest.pop()
  }
  return nearest
}
