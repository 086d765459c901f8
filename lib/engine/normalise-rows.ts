/**
 * Divides every row of a [rows, dim] matrix by its L2 norm, in place, with the norm summed in float64.
 * A row of zeros has no direction and stays zero: the descriptors table's contract refuses it.
 */
export function normaliseRows(vectors: Float32Array, dim: number): Float32Array {
  for (let start = 0; start < vectors.length; start += dim) {
    let squares = 0
    for (let i = start; i < start + dim; i++) squares += vectors[i]! * vectors[i]!
    if (squares === 0) continue
    const scale = 1 / Math.sqrt(squares)
    for (let i = start; i < start + dim; i++) vectors[i] = vectors[i]! * scale
  }
  return vectors
}
