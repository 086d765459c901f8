import type {ParametersOf} from '../card.ts'
import {widenedAngle} from '../classes/angular-margin.ts'
import {centreScores} from '../classes/centres.ts'
import {normal} from '../classes/initial.ts'
import {nearestCentre} from '../classes/nearest-centre.ts'
import {softmaxPass} from '../classes/softmax-pass.ts'
import type {LossOpener} from '../loss.ts'
import type {subCenterArcface} from './sub-center-arcface.card.ts'

/** ArcFace with the nearest of several centres a class. */
export const open: LossOpener<ParametersOf<typeof subCenterArcface>> = (parameters, {classes, dim, weight}) => {
  const {sub_centers, scale} = parameters
  const centres = weight('centres', [classes * sub_centers, dim], normal(1))
  const own = widenedAngle(parameters)
  return {
    compares: 'batch',
    weights: [centres],
    start: ({vectors, labels}) =>
      softmaxPass(nearestCentre(centreScores(vectors, centres, sub_centers, scale)), labels, own),
  }
}
