import {gramMatrix} from '../../lib/engine/gram.ts'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import type {PairStatistics} from '../../lib/metrics/space/learned-whitening.ts'

/**
 * What whitening is learnt from, over every ordered pair of images of one class: nothing is drawn. In a class of n images with mean c
 * the differences add up to 2 n times the sum of (x - c)(x - c)'. Undefined where no class has two images.
 */
export function pairStatistics({vectors, dim, label}: DescriptorSet): PairStatistics | undefined {
  const classes = sumClasses(vectors, dim, label)
  const pairs = [...classes.values()].reduce((sum, {count}) => sum + count * (count - 1), 0)
  if (pairs === 0) return undefined
  const mean = new Float64Array(dim)
  const apart = new Float32Array(vectors.length)
  for (const [row, own] of label.entries()) {
    const {count, sum} = classes.get(own)!
    const weight = Math.sqrt(2 * count)
    for (let i = 0; i < dim; i++) {
      const value = vectors[row * dim + i]!
      mean[i]! += ((count - 1) * value) / pairs
      apart[row * dim + i] = weight * (value - sum[i]! / count)
    }
  }
  return {
    mean,
    differences: gramMatrix(apart, dim).map((value) => value / pairs),
    scatter: gramMatrix(vectors, dim, Float32Array.from(mean)),
  }
}

function sumClasses(vectors: Float32Array, dim: number, label: Int32Array) {
  const classes = new Map<number, {count: number; sum: Float64Array}>()
  for (const [row, own] of label.entries()) {
    const known = classes.get(own) ?? {count: 0, sum: new Float64Array(dim)}
    known.count++
    for (let i = 0; i < dim; i++) known.sum[i]! += vectors[row * dim + i]!
    classes.set(own, known)
  }
  return classes
}
