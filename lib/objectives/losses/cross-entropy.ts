import {uniform} from '../classes/initial.ts'
import {productScores} from '../classes/scores.ts'
import {softmaxPass} from '../classes/softmax-pass.ts'
import type {LossOpener} from '../loss.ts'

const product = {embeddings: 'unit', classes: 'raw', scale: 1} as const

/** A linear classifier of the normalised embeddings. */
export const open: LossOpener<unknown> = (_, {classes, dim, weight}) => {
  const classWeights = weight('class_weights', [classes, dim], uniform(1 / Math.sqrt(dim)))
  const bias = weight('bias', [classes], uniform(1 / Math.sqrt(dim)))
  return {
    compares: 'batch',
    weights: [classWeights, bias],
    start: ({vectors, labels}) => softmaxPass(productScores(vectors, classWeights, product, bias), labels, 'as it is'),
  }
}
