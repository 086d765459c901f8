import {patches as compute} from '../../engine/ops/patches.ts'
import {UserError} from '../../user-error.ts'
import type {Start} from '../tensor-layout.ts'
import type {Layer} from './layer.ts'

export interface PatchesShape {
  /** Before `.weight` and `.bias`. */
  readonly name: string
  readonly input: number
  readonly output: number
  /** Side of the kernel, and stride. */
  readonly size: number
  /** Whether pictures that patches do not fill are refused; else what is left over at the end is left out. */
  readonly whole: boolean
  /** Of weights and bias. */
  readonly start: {readonly weight: Start; readonly bias: Start}
}

export interface PatchesLayer extends Layer {
  readonly kind: 'patches'
  readonly shape: PatchesShape
}

/** A convolution of patches side by side, with bias. */
export function patches(shape: PatchesShape): PatchesLayer {
  const {name, input, output, size, whole, start} = shape
  return {
    kind: 'patches',
    shape,
    tensors: [
      {name: `${name}.weight`, shape: [output, input, size, size], role: 'conv', start: start.weight},
      {name: `${name}.bias`, shape: [output], role: 'bias', start: start.bias},
    ],
    open: ({store}) => {
      const [kernel, bias] = [store.openWeight(`${name}.weight`), store.openWeight(`${name}.bias`)]
      return ([map], tape) => {
        if (whole) checkSides(map!.raw.shape, size)
        return compute(map!, kernel, bias, tape)
      }
    },
  }
}

function checkSides([, height, width]: readonly number[], size: number): void {
  if (height! % size === 0 && width! % size === 0) return
  const near = size * Math.max(1, Math.round(Math.min(height!, width!) / size))
  throw new UserError(
    `A picture of ${width} x ${height} pixels does not divide into patches of ${size}, which model.backbone has. ` +
      `Let the transforms under image end with center_crop: ${near}, or another multiple of ${size}.`,
  )
}
