import {Parameter} from '../engine/parameter.ts'
import type {StateDict} from '../engine/state-dict.ts'
import {openRandom} from '../random.ts'
import {UserError} from '../user-error.ts'
import type {LossContext} from './loss.ts'

/** Where the weights and the memory of a loss come from. */
export interface LossHistory {
  /** Numbers in an embedding. */
  readonly dim: number
  /** Training classes. */
  readonly classes: number
  /** Of the weights at the very start. */
  readonly seed: number
  /** Tensors of the training half of a checkpoint, where training goes on. */
  readonly tensors?: StateDict | undefined
}

/** What a loss is opened with: weights and memory of the checkpoint where there are any. `prefix`: what names there begin with. */
export function lossContext({dim, classes, seed, tensors}: LossHistory, prefix: string): LossContext {
  return {
    dim,
    classes,
    weight(name, shape, initial) {
      const fullName = `${prefix}${name}`
      const kept = tensors?.get(fullName)
      const count = shape.reduce((product, size) => product * size, 1)
      if (tensors === undefined) return new Parameter(fullName, initial(openRandom(seed, fullName), count), shape)
      if (kept?.dtype !== 'F32' || kept.shape.join() !== shape.join()) {
        throw new UserError(
          `The training state has ${kept === undefined ? 'no weights' : `weights [${kept.shape}]`} ${fullName}, but this loss needs [${shape}]: ` +
            'it was made with another loss or other training classes. Start from its model alone.',
        )
      }
      return new Parameter(fullName, kept.data, shape)
    },
    remembered: (name) => tensors?.get(`${prefix}${name}`),
  }
}
