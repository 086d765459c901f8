import {free} from '../../engine/op.ts'
import {placesInRows, readEntries, withEntries} from '../../engine/ops/entries.ts'
import {softmaxRows} from '../../engine/ops/softmax.ts'
import type {LossPass} from '../loss.ts'
import {knownTerms} from './known-terms.ts'
import type {Scores} from './scores.ts'

/** What becomes of the score of a row with its own class. */
export interface OwnScore {
  value(score: number, row: number): number
  /** Derivative of `value` by the score. */
  slope(score: number, row: number): number
}

export interface SoftmaxPass extends LossPass {
  /**
   * Derivative of the loss by the logarithm of the length that a row's own score is proportional to, for a bend that grows in proportion
   * with length and score: r f(s / r) has the derivative r f - s f'. To be called after `backward` of the terms.
   */
  stretch(): Float32Array
}

/**
 * Softmax cross-entropy, one term a row: log(sum over classes c of exp(s_c)) - s_own, where a margin may bend the own score; 'left out'
 * keeps it out of the sum (Movshovitz-Attias et al. 2017), so that terms may be negative, and a row has none if there is no other class.
 *
 * Only the own scores and the logarithms of the sums come to the host; margins are arithmetic in float64 there, with their derivatives.
 */
export function softmaxPass(scores: Scores, labels: Int32Array, own: OwnScore | 'left out' | 'as it is'): SoftmaxPass {
  const places = placesInRows(labels)
  const plain = readEntries(scores.tensor, places)
  const bent = typeof own === 'string' ? plain : plain.map(own.value)
  const inSum = own === 'left out' ? bent.map(() => Number.NEGATIVE_INFINITY) : bent
  const logits = own === 'as it is' ? scores.tensor : withEntries(scores.tensor, places, inSum)
  const {probabilities, logSums} = softmaxRows(logits)
  free(logits)
  const terms = knownTerms(logSums.map((sum, row) => sum - bent[row]!))
  // The derivative of a term by its bent score is p - 1, which expm1 gives without loss of digits where p is nearly 1.
  const derivative = (row: number) => (own === 'left out' ? -1 : Math.expm1(bent[row]! - logSums[row]!))
  const slope = (score: number, row: number) => (typeof own === 'string' ? 1 : own.slope(score, row))
  return {
    terms: [terms],
    stretch: () =>
      plain.map((score, row) => terms.weights[row]! * derivative(row) * (bent[row]! - score * slope(score, row))),
    gradient() {
      const slopes = plain.map((score, row) => derivative(row) * slope(score, row))
      const gradient = withEntries(probabilities, places, slopes)
      const byEmbeddings = scores.backward(gradient, terms.weights)
      free(gradient)
      return byEmbeddings
    },
  }
}
