import type {ParametersOf} from '../card.ts'
import {pairLoss} from '../pair-loss.ts'
import {beyond, pairTerms} from '../terms.ts'
import type {contrastive} from './contrastive.card.ts'

/** max(0, d(a, p) - positive_margin) of the positives and max(0, negative_margin - d(a, n)) of the negatives, reduced apart. */
export const open = pairLoss<ParametersOf<typeof contrastive>>('plan', (distance, {tuples}, parameters) => {
  const {positive_margin, negative_margin, power} = parameters
  return [
    pairTerms(tuples.positives, distance, beyond(positive_margin, distance.sign, power)),
    pairTerms(tuples.negatives, distance, beyond(negative_margin, -distance.sign, power)),
  ]
})
