import {fromHost} from '../../engine/op.ts'
import {masked} from '../../engine/ops/masked.ts'
import {drawFactors} from '../noise.ts'
import type {Layer} from './layer.ts'

/** In training every number of rows [images, channels] is left out with a probability, the others made larger (Srivastava et al. 2014; scaled as in PyTorch). */
export function dropOut(rate: number): Layer {
  return {
    kind: 'drop-out',
    onlyTrains: true,
    tensors: [],
    open:
      () =>
      ([rows], tape, noise) => {
        if (noise === undefined) return rows!
        const [images, each] = rows!.raw.shape as [number, number]
        const factors = drawFactors(noise, {layer: 'drop-out', rate, images, each})
        return masked(rows!, fromHost(factors, [images, each]), tape)
      },
  }
}
