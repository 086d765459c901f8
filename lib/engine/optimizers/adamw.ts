import {alias} from '../ops/elementwise.ts'
import {type AdamSettings, adamStateNames, openAdam} from './adam-update.ts'
import type {OptimizerModule} from './optimizer.ts'
import {scale} from './variable.ts'

/** AdamW (Loshchilov and Hutter 2019) as torch.optim.AdamW computes it: before the update, w -= lr decay w. */
export const optimizer: OptimizerModule<AdamSettings> = {
  stateNames: adamStateNames,
  open: (initial, state, settings) =>
    openAdam(initial, state, settings, (weights, gradient, {learningRate}) => {
      const {weight_decay} = settings
      if (weight_decay !== 0) scale(weights, 1 - learningRate * weight_decay)
      return alias(gradient)
    }),
}
