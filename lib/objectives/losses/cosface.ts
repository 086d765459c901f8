import type {ParametersOf} from '../card.ts'
import {cosineLoss} from '../classes/cosine-loss.ts'
import type {cosface} from './cosface.card.ts'

/** A margin on the cosine with the own class. */
export const open = cosineLoss<ParametersOf<typeof cosface>>(({margin, scale}) => ({
  weights: 'class_weights',
  deviation: 1,
  scale,
  own: {value: (score) => score - scale * margin, slope: () => 1},
}))
