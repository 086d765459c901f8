import {free} from '../op.ts'
import {alias, times} from '../ops/elementwise.ts'
import type {OptimizerModule} from './optimizer.ts'
import {descend, openVariable, readVariable, update, withDecay} from './variable.ts'

interface SgdSettings {
  readonly momentum: number
  readonly dampening: number
  readonly weight_decay: number
  readonly nesterov: boolean
}

/**
 * Stochastic gradient descent as torch.optim.SGD computes it (Sutskever et al. 2013, with the learning rate outside of the momentum):
 *   g += decay w;  b = momentum b + (1 - dampening) g, but b = g at first;  w -= lr b, or with Nesterov's w -= lr (g + momentum b).
 */
export const optimizer: OptimizerModule<SgdSettings> = {
  stateNames: ({momentum}) => (momentum === 0 ? [] : ['momentum_buffer']),
  open: (initial, [initialBuffer], {momentum: ownMomentum, dampening, weight_decay, nesterov}) => {
    const weights = openVariable(initial)
    const buffer = initialBuffer === undefined ? undefined : openVariable(initialBuffer)
    return {
      apply: (raw, {step, learningRate, momentum = ownMomentum}) => {
        const gradient = withDecay(raw, weights, weight_decay)
        if (buffer === undefined) {
          descend(weights, learningRate, gradient)
        } else {
          const damped = step === 1 || dampening === 0 ? alias(gradient) : times(gradient, 1 - dampening)
          update('ResourceApplyMomentum', [weights, buffer, learningRate, damped, momentum], {use_nesterov: nesterov})
          free(damped)
        }
        free(gradient)
      },
      weights: () => readVariable(weights),
      state: () => (buffer === undefined ? [] : [readVariable(buffer)]),
      dispose: () => free(weights, ...(buffer === undefined ? [] : [buffer])),
    }
  },
}
