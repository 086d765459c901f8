/** Mean of every cluster's items, summed in float64; an empty cluster gets an item that is far from its centroid. */
export function meanCentroids(
  vectors: Float32Array,
  dim: number,
  cluster: Int32Array,
  centroids: Float32Array,
): Float32Array<ArrayBuffer> {
  const clusters = centroids.length / dim
  const sums = new Float64Array(clusters * dim)
  const sizes = new Int32Array(clusters)
  for (const [item, own] of cluster.entries()) {
    sizes[own]!++
    for (let i = 0; i < dim; i++) sums[own * dim + i]! += vectors[item * dim + i]!
  }
  fillEmpty(vectors, dim, cluster, centroids, sums, sizes)
  const result = new Float32Array(clusters * dim)
  for (let own = 0; own < clusters; own++)
    for (let i = 0; i < dim; i++) result[own * dim + i] = sums[own * dim + i]! / sizes[own]!
  return result
}

/** Moves one item to each empty cluster: the farthest of all, then the next, none that is alone in its cluster. */
function fillEmpty(
  vectors: Float32Array,
  dim: number,
  cluster: Int32Array,
  centroids: Float32Array,
  sums: Float64Array,
  sizes: Int32Array,
): void {
  const empty = Array.from(sizes.keys()).filter((own) => sizes[own] === 0)
  if (empty.length === 0) return
  const distances = Float64Array.from(cluster, (own, item) => {
    let sum = 0
    for (let i = 0; i < dim; i++) sum += (vectors[item * dim + i]! - centroids[own * dim + i]!) ** 2
    return sum
  })
  const farthest = Array.from(cluster.keys()).sort((a, b) => distances[b]! - distances[a]! || a - b)
  let next = 0
  for (const own of empty) {
    while (sizes[cluster[farthest[next]!]!]! < 2) next++
    const item = farthest[next++]!
    const before = cluster[item]!
    for (let i = 0; i < dim; i++) {
      sums[before * dim + i]! -= vectors[item * dim + i]!
      sums[own * dim + i] = vectors[item * dim + i]!
    }
    sizes[before]!--
    sizes[own] = 1
  }
}
