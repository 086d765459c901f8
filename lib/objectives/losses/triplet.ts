import type {ParametersOf} from '../card.ts'
import {hinge, softHinge} from '../curves.ts'
import {pairLoss} from '../pair-loss.ts'
import {tripletTerms} from '../terms.ts'
import type {triplet} from './triplet.card.ts'

/** max(0, d(a, p) - d(a, n) + margin) of every triplet, or its smooth form. */
export const open = pairLoss<ParametersOf<typeof triplet>>('plan', (distance, {tuples}, {margin, smooth, swap}) => [
  tripletTerms(tuples, distance, smooth ? softHinge(margin) : hinge(margin), {swap}),
])
