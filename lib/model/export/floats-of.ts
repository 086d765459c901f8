import type {StateDict} from '../../engine/state-dict.ts'

/** A tensor's numbers; which names there are was checked when the model was read. */
export function floatsOf(weights: StateDict, name: string): Float32Array {
  return weights.get(name)!.data as Float32Array
}
