import {UMAP} from 'umap-js'
import {openRandom} from '../../random.ts'
import type {DescribedImages} from '../facts.ts'
import {distancesFrom, nearestPlaces} from './distances.ts'
import {sampleRows} from './sample.ts'

/** Images on a plane: those that lie close together there look alike to the model. */
export interface PlaneMap {
  /** Image ids of the points; fewer than `imageCount` where the set is large. */
  readonly id: Int32Array
  readonly x: Float64Array
  readonly y: Float64Array
  readonly imageCount: number
}

const neighbourCount = 15

/** UMAP (McInnes, Healy and Melville 2018) of at most `limit` images, on exact neighbours and from a fixed seed; undefined below 20 images. */
export function mapToPlane(set: DescribedImages, limit: number): PlaneMap | undefined {
  const rows = sampleRows(set.id.length, limit, 'map')
  if (rows.length < 20) return undefined
  const indices: number[][] = []
  const distances: number[][] = []
  for (const [place, row] of rows.entries()) {
    const from = distancesFrom(set, row, rows)
    // The image itself is its own nearest one, as umap-js expects it.
    const nearest = [place, ...nearestPlaces(from, neighbourCount - 1, place)]
    indices.push(nearest)
    distances.push(nearest.map((other) => from[other]!))
  }
  const umap = new UMAP({nNeighbors: neighbourCount, minDist: 0.15, random: openRandom(0, 'report', 'umap').uniform})
  umap.setPrecomputedKNN(indices, distances)
  // With the neighbours given, only the number of points is read of the data.
  const points = umap.fit(rows.map((row) => [row]))
  return {
    id: Int32Array.from(rows, (row) => set.id[row]!),
    x: Float64Array.from(points, ([x]) => x!),
    y: Float64Array.from(points, ([, y]) => y!),
    imageCount: set.id.length,
  }
}
