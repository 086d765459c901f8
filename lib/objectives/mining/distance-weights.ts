import {type DistanceLaw, isBeyond, logWeight} from '../neighbours/distance-weights.ts'

/**
 * Probability of being drawn for every candidate, from the cosine similarities to the anchor; undefined: all are too far away.
 * The largest log weight among the candidates is taken off before the exponential, so that at least one has a weight at any number
 * of dimensions; taken over the whole batch, or over images of the anchor's class too, float32 leaves anchors without any.
 */
export function distanceProbabilities(similarities: Float64Array, law: DistanceLaw): Float64Array | undefined {
  const logs = similarities.map((similarity) =>
    isBeyond(similarity, law) ? Number.NEGATIVE_INFINITY : logWeight(similarity, law),
  )
  const largest = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  if (largest === Number.NEGATIVE_INFINITY) return undefined
  const weights = logs.map((log) => Math.exp(log - largest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
