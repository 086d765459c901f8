import {free} from '../engine/op.ts'
import {loadOptimizer} from '../engine/optimizers/load.ts'
import type {OptimizerModule} from '../engine/optimizers/optimizer.ts'
import type {Parameter} from '../engine/parameter.ts'
import type {HostTensor, StateDict} from '../engine/state-dict.ts'
import {UserError} from '../user-error.ts'
import type {TrainingFile} from './checkpoint.ts'
import {takeGradients} from './gradients.ts'
import {exportState, openGroup, stateNamesOf, updateGroup} from './open-group.ts'
import type {OptimizerSpec} from './optimizer-parameters.ts'
import {groupParameters, isOfLoss, type ParameterGroup} from './parameter-groups.ts'
import {keepTrained, openAverage} from './weight-average.ts'

/** Moves weights along the gradients that passes have added up: those of a network, and of a loss that has some. */
export interface Trainer {
  /**
   * Takes the mean or sum (`accumulate_gradients`) over the `batches` whose gradients were added up, clips, updates, and starts a new
   * sum. `momentum` stands for the optimiser's own. `gradientNorm` is that before clipping.
   */
  step(update: {readonly lr: number; readonly momentum?: number | undefined; readonly batches: number}): {
    readonly gradientNorm: number
  }
  /** What is measured and kept as the model: the network's weights, or their running averages where `ema` asks for them. */
  modelWeights(network: StateDict): StateDict
  /**
   * Everything but the model's weights that the next step depends on: the optimiser's state, the weights of the loss under their own
   * names, and beside averages the trained weights. `extra`: what else the loss keeps, under names that begin with "loss.".
   */
  training(extra?: StateDict): TrainingFile
  dispose(): void
}

/** What training goes on from. */
export interface TrainerStart {
  readonly training?: TrainingFile | undefined
  /** The weights of the model file: where averages go on from. */
  readonly model: StateDict
}

/**
 * Opens a trainer, on from a training file where there is one; weights then go on as if never stopped, to the bit. The parameters come
 * with their present values: those of a network by `trainedWeights`, those of a loss (named "loss.…") by whoever opens the loss.
 */
export async function openTrainer(
  parameters: readonly Parameter[],
  spec: OptimizerSpec,
  {training, model}: TrainerStart,
): Promise<Trainer> {
  const module = await loadOptimizer<OptimizerSpec>(spec.name)
  const rules = groupParameters(parameters, spec)
  if (training !== undefined) checkTraining(training, spec, rules, module)
  const groups = rules.map((group) => openGroup(group, module, training?.tensors))
  const average = spec.ema === null ? undefined : openAverage(groups, spec.ema.decay, model)
  let step = training?.step ?? 0
  return {
    step: ({lr, momentum, batches}) => {
      step++
      const divisor = spec.accumulate_gradients === 'mean' ? batches : 1
      const {gradients, gradientNorm} = takeGradients(groups, {divisor, ...spec})
      groups.forEach((group, i) => {
        updateGroup(group, gradients[i]!, {step, learningRate: lr, momentum})
      })
      free(...gradients)
      average?.update()
      return {gradientNorm}
    },
    modelWeights: (network) => {
      const averages = average?.toStateDict()
      return new Map(Array.from(network, ([name, tensor]) => [name, averages?.get(name) ?? tensor]))
    },
    training: (extra = new Map()) => ({
      optimizer: spec.name,
      step,
      tensors: new Map([
        ...groups.flatMap((group) => zip(stateNamesOf(group, module), exportState(group))),
        ...lossWeights(parameters),
        ...(average === undefined ? [] : keepTrained(parameters)),
        ...extra,
      ]),
    }),
    dispose: () => {
      for (const {optimizer} of groups) optimizer.dispose()
      average?.dispose()
    },
  }
}

function checkTraining(
  {optimizer, tensors}: TrainingFile,
  spec: OptimizerSpec,
  groups: readonly ParameterGroup[],
  module: OptimizerModule<OptimizerSpec>,
): void {
  if (optimizer !== spec.name) {
    throw new UserError(
      `The training state was made by the optimiser "${optimizer}", not by "${spec.name}". Start from its model alone.`,
    )
  }
  const wanted = groups.flatMap((group) =>
    stateNamesOf(group, module).map((name, i) => ({name, shape: group.members[i % group.members.length]!.shape})),
  )
  const missing = wanted.filter(({name}) => !tensors.has(name))
  if (missing.length > 0) {
    throw new UserError(
      `The training state belongs to another model, loss or optimiser setting: it lacks ${missing.length} tensors, first ${missing[0]!.name}. Start from its model alone.`,
    )
  }
  for (const {name, shape} of wanted) {
    const kept = tensors.get(name)!.shape
    if (kept.join() === shape.join()) continue
    throw new UserError(
      `The training state belongs to another model or loss: ${name} is [${kept.join(', ')}] there and [${shape.join(', ')}] here. Start from its model alone.`,
    )
  }
}

function lossWeights(parameters: readonly Parameter[]): [string, HostTensor][] {
  return parameters
    .filter(isOfLoss)
    .map((parameter) => [parameter.name, {dtype: 'F32', shape: parameter.shape, data: parameter.toHost()}])
}

function zip(names: readonly string[], tensors: readonly HostTensor[]): [string, HostTensor][] {
  return names.map((name, i) => [name, tensors[i]!])
}
