/** Descriptors with their images: `vectors` is [id.length, dim] row by row. */
export interface DescriptorSet {
  readonly id: Int32Array
  readonly label: Int32Array
  readonly vectors: Float32Array
  readonly dim: number
}

/** The k nearest of every query, nearest first; a query with fewer candidates is filled up with id -1 and distance NaN. */
export interface Neighbours {
  readonly k: number
  /** [queries, k], image ids. */
  readonly ids: Int32Array
  /** [queries, k], Euclidean. */
  readonly distances: Float32Array
}
