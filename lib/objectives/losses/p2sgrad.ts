import {uniformUnitRows} from '../classes/initial.ts'
import {squaredMisses} from '../classes/squared-misses.ts'
import type {LossOpener} from '../loss.ts'

/** Cosines want to be 1 with the own class and 0 with all others. */
export const open: LossOpener<unknown> = (_, {classes, dim, weight}) => {
  const classWeights = weight('class_weights', [classes, dim], uniformUnitRows(dim))
  return {
    compares: 'batch',
    weights: [classWeights],
    start: ({vectors, labels}) => squaredMisses(vectors, labels, classWeights),
  }
}
