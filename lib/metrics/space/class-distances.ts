/** How near descriptors of one class are to each other, and classes to classes. Distances are 1 - cosine, from 0 to 2. */
export interface ClassDistances {
  /** Mean over classes of the mean over their pairs; classes of one image have none and are left out. */
  readonly intra: number
  /** Mean over pairs of classes, each class being the direction of its mean. */
  readonly inter: number
  /** Mean squared Euclidean distance over all pairs of images of one class (Wang and Isola 2020, alignment with alpha 2). */
  readonly alignment: number
}

/**
 * Distances inside and between classes of unit vectors, by sums: no pair is looked at. The ratio of the two is what
 * Deep-Metric-Learning-Baselines (evaluate.py, --dist_measure) and Revisiting Deep Metric Learning (metrics/dists.py) report; the
 * latter counts a class of one image as the widest class.
 */
export function classDistances(vectors: Float32Array, dim: number, label: Int32Array): ClassDistances {
  const classes = sumClasses(vectors, dim, label)
  let [intra, paired, squares, pairs] = [0, 0, 0, 0]
  const directions = new Float64Array(dim)
  for (const {sum, count, squaredNorms} of classes) {
    const squared = sum.reduce((total, value) => total + value * value, 0)
    const length = Math.sqrt(squared)
    for (let i = 0; i < dim; i++) directions[i]! += length === 0 ? 0 : sum[i]! / length
    if (count < 2) continue
    const ownPairs = count * (count - 1)
    intra += 1 - (squared - squaredNorms) / ownPairs
    paired++
    squares += 2 * (count * squaredNorms - squared)
    pairs += ownPairs
  }
  const count = classes.length
  const squared = directions.reduce((total, value) => total + value * value, 0)
  return {
    intra: Math.max(0, intra / paired),
    inter: Math.max(0, 1 - (squared - count) / (count * (count - 1))),
    alignment: Math.max(0, squares / pairs),
  }
}

function sumClasses(vectors: Float32Array, dim: number, label: Int32Array) {
  const classes = new Map<number, {sum: Float64Array; count: number; squaredNorms: number}>()
  for (const [row, own] of label.entries()) {
    const entry = classes.get(own) ?? {sum: new Float64Array(dim), count: 0, squaredNorms: 0}
    classes.set(own, entry)
    entry.count++
    for (let i = 0; i < dim; i++) {
      const value = vectors[row * dim + i]!
      entry.sum[i]! += value
      entry.squaredNorms += value * value
    }
  }
  return [...classes.values()]
}
