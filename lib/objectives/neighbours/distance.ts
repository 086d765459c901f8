import type {DescriptorSet} from '../../engine/nearest/sets.ts'

/** Euclidean distance of two rows, summed in float64. */
export function distanceBetween({vectors, dim}: DescriptorSet, one: number, other: number): number {
  let sum = 0
  for (let i = 0; i < dim; i++) sum += (vectors[one * dim + i]! - vectors[other * dim + i]!) ** 2
  return Math.sqrt(sum)
}
