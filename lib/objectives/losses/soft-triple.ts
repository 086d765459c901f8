import {free} from '../../engine/op.ts'
import {times} from '../../engine/ops/elementwise.ts'
import type {ParametersOf} from '../card.ts'
import {centreSpread} from '../classes/centre-spread.ts'
import {type CentreScores, centreScores} from '../classes/centres.ts'
import {uniform} from '../classes/initial.ts'
import {softlyNearest} from '../classes/softly-nearest.ts'
import {softmaxPass} from '../classes/softmax-pass.ts'
import type {LossOpener} from '../loss.ts'
import {batchTerm} from '../row-terms.ts'
import type {Terms} from '../terms.ts'
import type {softTriple} from './soft-triple.card.ts'

/** Softmax cross-entropy of similarities with classes, each a soft maximum over the centres of the class. */
export const open: LossOpener<ParametersOf<typeof softTriple>> = (parameters, {classes, dim, weight}) => {
  const {centers_per_class: count, la, gamma, margin, reg_weight} = parameters
  const centres = weight('centres', [classes * count, dim], uniform(1 / Math.sqrt(classes * count)))
  const own = {value: (score: number) => score - la * margin, slope: () => 1}
  return {
    compares: 'batch',
    weights: [centres],
    start({vectors, labels}) {
      const scores = centreScores(vectors, centres, count, 1 / gamma)
      const pass = softmaxPass(softlyNearest(scores, la * gamma), labels, own)
      if (reg_weight === 0 || count === 1) return pass
      return {...pass, terms: [...pass.terms, spreadTerms(scores, classes, reg_weight)]}
    },
  }
}

/** Under the root of its distances the original adds 1e-5. */
const FLOOR = 1e-5

function spreadTerms({unit, pull}: CentreScores, classes: number, factor: number): Terms {
  const {value, gradient} = centreSpread(unit, classes, FLOOR)
  const term = batchTerm(factor * value, (share) => {
    pull(times(gradient, factor * share))
    free(gradient)
  })
  return {...term, reduction: 'sum'}
}
