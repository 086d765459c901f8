import {tf} from '../../engine/tensorflow.ts'
import {at, euclideanDistances} from '../distances.ts'
import type {Loss} from '../loss.ts'
import type {LossParameters} from '../parameters/objective.ts'
import {averageActive, hinge} from '../terms.ts'
import type {Compares} from '../tuples.ts'

export const compares: Compares = 'pairs'

/**
 * Contrastive loss: max(0, d(a, p) - positive_margin) averaged over the pairs where it is not zero, plus the same of
 * max(0, negative_margin - d(a, n)).
 *
 * ContrastiveLoss of pytorch-metric-learning 0.9.88 and 2.8.1; after Hadsell, Chopra and LeCun 2006, who square the terms.
 */
export const loss: Loss<LossParameters<'contrastive'>> = (
  embeddings,
  {positive, negative},
  {positive_margin, negative_margin},
) => {
  const distances = euclideanDistances(embeddings)
  const pull = hinge(tf.sub(at(distances, positive), positive_margin))
  const push = hinge(tf.sub(negative_margin, at(distances, negative)))
  return {loss: tf.add(averageActive(pull), averageActive(push)), perTuple: tf.concat([pull, push])}
}
