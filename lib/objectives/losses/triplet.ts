import type {ParametersOf} from '../card.ts'
import {pairLoss} from '../pair-loss.ts'
import {hinge, tripletTerms} from '../terms.ts'
import type {triplet} from './triplet.card.ts'

/** max(0, d(a, p) - d(a, n) + margin) of every triplet. */
export const open = pairLoss<ParametersOf<typeof triplet>>('plan', (distance, {tuples}, {margin}) => [
  tripletTerms(tuples, distance, hinge(margin)),
])
