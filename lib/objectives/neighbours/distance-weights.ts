/** Where distance-weighted sampling cuts the distances of unit vectors of `dim` numbers. */
export interface DistanceLaw {
  readonly dim: number
  /** Distances below count as this one. */
  readonly lower: number
  /** Images farther than this are not drawn; null: no such cut. */
  readonly upper: number | null
}

/** 1 + cos of opposite vectors is 0, whose logarithm no number is; float32 tells no smaller one apart. */
const LEAST = 2 ** -24

/**
 * Logarithm of the weight that an image at this cosine similarity is drawn with: 1 over the density of distances on the
 * sphere, q(d) ~ d^(n-2) (1 - d^2 / 4)^((n-3) / 2). Wu, Manmatha, Smola and Krähenbühl 2017, equations 2 and 3.
 */
export function logWeight(similarity: number, {dim, lower}: DistanceLaw): number {
  const squared = Math.max(2 - 2 * similarity, lower * lower)
  const rest = Math.max(1 - squared / 4, LEAST)
  return ((2 - dim) / 2) * Math.log(squared) - ((dim - 3) / 2) * Math.log(rest)
}

/** The smallest similarity that may be drawn. */
export function leastSimilarity({upper}: DistanceLaw): number {
  return upper === null ? Number.NEGATIVE_INFINITY : 1 - upper ** 2 / 2
}

/** Whether an image at this similarity is too far away to be drawn. */
export function isBeyond(similarity: number, law: DistanceLaw): boolean {
  return similarity < leastSimilarity(law)
}
