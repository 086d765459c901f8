import type {NeighbourRows} from './sampler.ts'

/** Every anchor's neighbours, nearest first. */
export function neighboursByImage({anchor, neighbour}: NeighbourRows): Map<number, Int32Array> {
  const result = new Map<number, Int32Array>()
  for (let from = 0, to = 0; from < anchor.length; from = to) {
    while (to < anchor.length && anchor[to] === anchor[from]) to++
    result.set(anchor[from]!, neighbour.subarray(from, to))
  }
  return result
}
