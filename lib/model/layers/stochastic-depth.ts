import {fromHost} from '../../engine/op.ts'
import {masked} from '../../engine/ops/masked.ts'
import {drawFactors} from '../noise.ts'
import type {Layer, Layers} from './layer.ts'

/**
 * Opens what stands at the end of a residual branch: in training the branch of an image is left out with a probability, those of the others made larger (Huang et al.
 * 2016; torchvision's StochasticDepth of mode "row", timm's DropPath). Without a rate nothing stands there. Names tell branches of a network apart.
 */
export function openStochasticDepth<T>(layers: Layers<T>, name: string, rate: number): (x: T) => T {
  return rate > 0 ? layers.open(stochasticDepth(name, rate)) : (x) => x
}

function stochasticDepth(name: string, rate: number): Layer {
  return {
    kind: 'stochastic-depth',
    onlyTrains: true,
    tensors: [],
    open:
      () =>
      ([branch], tape, noise) => {
        if (noise === undefined) return branch!
        const [images, ...axes] = branch!.raw.shape as [number, ...number[]]
        const factors = drawFactors(noise, {layer: name, rate, images, each: 1})
        return masked(branch!, fromHost(factors, [images, ...axes.map(() => 1)]), tape)
      },
  }
}
