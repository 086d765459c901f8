import {free, type Raw} from '../engine/op.ts'
import {subtract} from '../engine/ops/elementwise.ts'
import {descend, openVariable, readVariable} from '../engine/optimizers/variable.ts'
import type {Parameter} from '../engine/parameter.ts'
import type {StateDict} from '../engine/state-dict.ts'
import {gather, type OpenGroup, scatter} from './open-group.ts'
import {isOfLoss} from './parameter-groups.ts'

/** Running averages of a network's weights. */
export interface WeightAverage {
  /** Moves the averages towards the present weights. */
  update(): void
  /** The averages by name; what has none (batch-norm statistics) is not there. */
  toStateDict(): StateDict
  dispose(): void
}

/**
 * Opens the averages, on from `start`: at each step a += (1 - decay)(w - a), as torch.optim.swa_utils.get_ema_avg_fn. Weights of a loss
 * are not averaged, and batch norm keeps the statistics of the trained weights (torch's use_buffers=False).
 */
export function openAverage(groups: readonly OpenGroup[], decay: number, start: StateDict): WeightAverage {
  const averages = groups.flatMap(({members, optimizer}) => {
    if (members.every(isOfLoss)) return []
    const variable = openVariable(gather(members, ({name}) => start.get(name)))
    return [{members, optimizer, variable}]
  })
  return {
    update: () => {
      for (const {optimizer, variable} of averages) approach(variable, optimizer.weights(), 1 - decay)
    },
    toStateDict: () =>
      new Map(
        averages.flatMap(({members, variable}) => {
          const flat = readVariable(variable)
          const tensors = scatter(flat, members)
          free(flat)
          return members.flatMap((member, i) => (isOfLoss(member) ? [] : [[member.name, tensors[i]!] as const]))
        }),
      ),
    dispose: () => free(...averages.map(({variable}) => variable)),
  }
}

/** a += share (w - a); frees w. */
function approach(average: Raw, weights: Raw, share: number): void {
  const present = readVariable(average)
  const distance = subtract(present, weights)
  // before the update: a second handle of the average would make it a copy
  free(present, weights)
  descend(average, share, distance)
  free(distance)
}

// While averages are kept the model file holds them; the weights that training goes on with are in the training file.
const prefix = 'trained.'

/** The weights of a network as a training file keeps them beside averages. */
export function keepTrained(parameters: readonly Parameter[]): StateDict {
  return new Map(
    parameters
      .filter((parameter) => !isOfLoss(parameter))
      .map((parameter) => [
        `${prefix}${parameter.name}`,
        {dtype: 'F32' as const, shape: parameter.shape, data: parameter.toHost()},
      ]),
  )
}

/** The weights that training goes on with: those of the model, but for what a training file keeps because the model holds averages. */
export function trainedWeights(model: StateDict, training: StateDict | undefined): StateDict {
  return new Map(Array.from(model, ([name, tensor]) => [name, training?.get(`${prefix}${name}`) ?? tensor]))
}
