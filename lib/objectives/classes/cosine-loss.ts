import type {LossOpener} from '../loss.ts'
import {normal} from './initial.ts'
import {productScores} from './scores.ts'
import {type OwnScore, softmaxPass} from './softmax-pass.ts'

interface CosineLoss {
  /** Name of the weights [classes, dim]. */
  readonly weights: string
  /** Standard deviation of the normal distribution that they are drawn from. */
  readonly deviation: number
  readonly scale: number
  /** What becomes of scale * cosine with the own class. */
  readonly own: OwnScore | 'left out' | 'as it is'
}

/** A softmax cross-entropy of scaled cosines with one weight vector a class. */
export function cosineLoss<Parameters>(describe: (parameters: Parameters) => CosineLoss): LossOpener<Parameters> {
  return (parameters, {classes, dim, weight}) => {
    const {weights, deviation, scale, own} = describe(parameters)
    const classWeights = weight(weights, [classes, dim], normal(deviation))
    const product = {embeddings: 'unit', classes: 'unit', scale} as const
    return {
      compares: 'batch',
      weights: [classWeights],
      start: ({vectors, labels}) => softmaxPass(productScores(vectors, classWeights, product), labels, own),
    }
  }
}
