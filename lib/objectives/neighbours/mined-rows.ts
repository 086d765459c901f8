import type {DescriptorSet} from '../../engine/nearest/sets.ts'
import type {NeighbourRows} from '../samplers/sampler.ts'
import {distanceBetween} from './distance.ts'

/** Collects what was mined, one anchor after another by ascending id, into the table of neighbours: nearest first. */
export function collectMined(descriptors: DescriptorSet): {
  /** Rows of the descriptors. */
  add(anchor: number, negatives: readonly number[]): void
  rows(): NeighbourRows
} {
  const {id} = descriptors
  const found: {anchor: number; rank: number; neighbour: number; distance: number}[] = []
  return {
    add(anchor, negatives) {
      negatives
        .map((row) => ({neighbour: id[row]!, distance: distanceBetween(descriptors, anchor, row)}))
        .sort((a, b) => a.distance - b.distance || a.neighbour - b.neighbour)
        .forEach((each, rank) => {
          found.push({anchor: id[anchor]!, rank, ...each})
        })
    },
    rows: () => ({
      anchor: Int32Array.from(found, ({anchor}) => anchor),
      rank: Int32Array.from(found, ({rank}) => rank),
      neighbour: Int32Array.from(found, ({neighbour}) => neighbour),
      distance: Float32Array.from(found, ({distance}) => distance),
    }),
  }
}
