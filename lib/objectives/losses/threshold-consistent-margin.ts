import type {ParametersOf} from '../card.ts'
import {pairLoss} from '../pair-loss.ts'
import {beyond, pairTerms} from '../terms.ts'
import type {thresholdConsistentMargin} from './threshold-consistent-margin.card.ts'

/** Positives that are less similar, and negatives that are more similar, than one threshold for all classes would allow. */
export const open = pairLoss<ParametersOf<typeof thresholdConsistentMargin>>(
  'plan',
  (distance, {tuples}, {positive_margin, negative_margin, positive_weight, negative_weight}) => [
    pairTerms(tuples.positives, distance, beyond(positive_margin, -1, 1, positive_weight)),
    pairTerms(tuples.negatives, distance, beyond(negative_margin, 1, 1, negative_weight)),
  ],
)
