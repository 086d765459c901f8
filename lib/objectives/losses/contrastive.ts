import type {ParametersOf} from '../card.ts'
import {hingeTerms} from '../hinge-terms.ts'
import {pairLoss} from '../pair-loss.ts'
import type {contrastive} from './contrastive.card.ts'

/** max(0, d(a, p) - positive_margin) of the positives and max(0, negative_margin - d(a, n)) of the negatives, reduced apart. */
export const open = pairLoss<ParametersOf<typeof contrastive>>('plan', (distance, {tuples}, parameters) => {
  const {positive_margin, negative_margin, power} = parameters
  const [farther, nearer] = distance.sign === 1 ? ([1, -1] as const) : ([-1, 1] as const)
  return [
    hingeTerms(tuples.positives, distance, {margin: positive_margin, direction: farther, power}),
    hingeTerms(tuples.negatives, distance, {margin: negative_margin, direction: nearer, power}),
  ]
})
