import {times} from '../../engine/ops/elementwise.ts'
import type {ParametersOf} from '../card.ts'
import {openDistance} from '../distances.ts'
import {hingeTerms} from '../hinge-terms.ts'
import type {LossOpener} from '../loss.ts'
import {penalise} from '../regularizers/zero-mean.ts'
import {penaltyTerms} from '../terms.ts'
import {addGradients} from '../vectors.ts'
import type {snrContrastive} from './snr-contrastive.card.ts'

/** The contrastive loss of distances by signal-to-noise ratio, with a penalty on embeddings whose numbers do not average to zero. */
export const open: LossOpener<ParametersOf<typeof snrContrastive>> = (parameters, {classes}) => {
  const {distance: spec, positive_margin, negative_margin, zero_mean} = parameters
  const space = spec.normalise ? 'unit' : 'raw'
  return {
    compares: 'plan',
    weights: [],
    start({vectors, tuples}) {
      const distance = openDistance(vectors, spec)
      const hinges = [
        hingeTerms(tuples.positives, distance, {margin: positive_margin, direction: 1}),
        hingeTerms(tuples.negatives, distance, {margin: negative_margin, direction: -1}),
      ]
      if (zero_mean === 0) return {terms: hinges, gradient: () => distance.backward()}
      const {value, gradient} = penalise({rows: vectors.tensor(space), classes}, undefined)
      let share = 0
      const penalty = penaltyTerms(zero_mean * value, (weight) => {
        share = zero_mean * weight
      })
      return {
        terms: [...hinges, penalty],
        gradient: () => addGradients(vectors.fromTensor(space, times(gradient, share, 'consume')), distance.backward()),
      }
    },
  }
}
