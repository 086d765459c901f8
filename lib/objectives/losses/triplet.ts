import {tf} from '../../engine/tensorflow.ts'
import {at, euclideanDistances, squaredDistances} from '../distances.ts'
import type {Loss} from '../loss.ts'
import type {LossParameters} from '../parameters/objective.ts'
import {averageActive, averageAll, hinge} from '../terms.ts'
import type {Compares} from '../tuples.ts'

export const compares: Compares = 'triplets'

/**
 * Triplet loss: mean of max(0, d(a, p) - d(a, n) + margin).
 *
 * Squared distances averaged over all triplets: the lab, and Deep-Metric-Learning-Baselines (Roth and Brattoli 2019).
 * Euclidean distances averaged over the active triplets: TripletMarginLoss of pytorch-metric-learning.
 * Schroff, Kalenichenko and Philbin 2015, "FaceNet", equation 3.
 */
export const loss: Loss<LossParameters<'triplet'>> = (
  embeddings,
  {positive, negative},
  {margin, distance, average},
) => {
  const distances = distance === 'squared' ? squaredDistances(embeddings) : euclideanDistances(embeddings)
  const perTuple = hinge(tf.add(tf.sub(at(distances, positive), at(distances, negative)), margin))
  return {loss: average === 'all' ? averageAll(perTuple) : averageActive(perTuple), perTuple}
}
