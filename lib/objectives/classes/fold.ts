import {free, type Raw} from '../../engine/op.ts'
import {alias} from '../../engine/ops/elementwise.ts'

/** Puts tensors together two at a time; the result is a handle of its own even for one. */
export function fold(tensors: readonly Raw[], combine: (a: Raw, b: Raw) => Raw): Raw {
  let result = alias(tensors[0]!)
  for (const tensor of tensors.slice(1)) {
    const next = combine(result, tensor)
    free(result)
    result = next
  }
  return result
}
