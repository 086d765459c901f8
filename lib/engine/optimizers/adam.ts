import {type AdamSettings, adamStateNames, openAdam} from './adam-update.ts'
import type {OptimizerModule} from './optimizer.ts'
import {withDecay} from './variable.ts'

/** Adam as torch.optim.Adam computes it: decay is an L2 penalty, which joins the gradient, g += decay w. */
export const optimizer: OptimizerModule<AdamSettings> = {
  stateNames: adamStateNames,
  open: (initial, state, settings) =>
    openAdam(initial, state, settings, (weights, gradient) => withDecay(gradient, weights, settings.weight_decay)),
}
