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

/** Whether an image at this similarity is too far away to be drawn. */
export function isBeyond(similarity: number, {upper}: DistanceLaw): boolean {
  return upper !== null && 2 - 2 * similarity > upper * upper
}

/**
 * The similarities whose log weight may be at least `enough`: those up to `below` and those from `above` on. From 3 dimensions
 * on the weight falls and then rises with the similarity, so they are the two ends of the scale.
 */
export function endsOfScale(enough: number, law: DistanceLaw): {below: number; above: number} {
  const bottom = -1 / (2 * law.dim - 5)
  if (law.dim < 3 || logWeight(bottom, law) >= enough) return {below: 1, above: 1}
  return {below: boundary(bottom, -1, enough, law), above: boundary(bottom, 1, enough, law)}
}

/** Where on the way from `poor` to `rich` similarities begin to have the log weight `enough`; just before it, by rounding. */
function boundary(poor: number, rich: number, enough: number, law: DistanceLaw): number {
  let [from, to] = [poor, rich]
  for (let i = 0; i < 40; i++) {
    const middle = (from + to) / 2
    if (logWeight(middle, law) >= enough) to = middle
    else from = middle
  }
  return from
}
