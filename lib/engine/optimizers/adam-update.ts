import type {Raw} from '../op.ts'
import {free} from '../op.ts'
import type {Optimizer, Update} from './optimizer.ts'
import {openVariable, readVariable, update} from './variable.ts'

/** Settings that Adam and AdamW share. */
export interface AdamSettings {
  readonly betas: readonly [number, number]
  readonly eps: number
  readonly weight_decay: number
  /** Divide by the largest second moment so far (Reddi et al. 2018). */
  readonly amsgrad: boolean
}

/** Names of `openAdam`'s state. */
export function adamStateNames({amsgrad}: AdamSettings): readonly string[] {
  return amsgrad ? ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq'] : ['exp_avg', 'exp_avg_sq']
}

/**
 * Opens Adam (Kingma and Ba 2015); `decay` changes the weights, or makes another gradient, before each update:
 *   m += (1 - b1)(g - m);  v += (1 - b2)(g g - v);  w -= lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps).
 */
export function openAdam(
  initialWeights: Raw,
  initialState: readonly Raw[],
  {betas, eps, amsgrad}: AdamSettings,
  decay: (weights: Raw, gradient: Raw, update: Update) => Raw,
): Optimizer {
  const weights = openVariable(initialWeights)
  const state = initialState.map(openVariable)
  const operation = amsgrad ? 'ResourceApplyAdamWithAmsgrad' : 'ResourceApplyAdam'
  const options = amsgrad ? {} : {use_nesterov: false}
  return {
    apply: (raw, settings) => {
      const {step, learningRate, momentum = betas[0]} = settings
      const gradient = decay(weights, raw, settings)
      // As the operation rounds them, so that what it takes 1 - b of and what is corrected by 1 - b^t are the same b.
      const [beta1, beta2] = [Math.fround(momentum), Math.fround(betas[1])]
      // The operation corrects for the zeros at the start in float32. Given powers of 0 it leaves that to us, in float64; dividing
      // both m / (1 - b1^t) and eps by sqrt(1 - b2^t) is PyTorch's formula with numerator and denominator multiplied by that root.
      const root = Math.sqrt(1 - beta2 ** step)
      const rate = (learningRate * root) / (1 - beta1 ** step)
      update(operation, [weights, ...state, 0, 0, rate, beta1, beta2, eps * root, gradient], options)
      free(gradient)
    },
    weights: () => readVariable(weights),
    state: () => state.map(readVariable),
    dispose: () => free(weights, ...state),
  }
}
