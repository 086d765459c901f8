import type {ParametersOf} from '../card.ts'
import {hingeTerms} from '../hinge-terms.ts'
import {pairLoss} from '../pair-loss.ts'
import type {thresholdConsistentMargin} from './threshold-consistent-margin.card.ts'

/** Positives that are less similar, and negatives that are more similar, than one threshold for all classes would allow. */
export const open = pairLoss<ParametersOf<typeof thresholdConsistentMargin>>(
  'plan',
  (distance, {tuples}, {positive_margin, negative_margin, positive_weight, negative_weight}) => [
    hingeTerms(tuples.positives, distance, {margin: positive_margin, direction: -1, scale: positive_weight}),
    hingeTerms(tuples.negatives, distance, {margin: negative_margin, direction: 1, scale: negative_weight}),
  ],
)
