import {hardSwish} from '../layers/hard-swish.ts'
import type {Layers} from '../layers/layer.ts'
import {silu} from '../layers/silu.ts'
import {type SqueezeShape, squeezeExcitation} from '../layers/squeeze-excitation.ts'
import {openStochasticDepth} from '../layers/stochastic-depth.ts'
import {sum} from '../layers/sum.ts'
import {type UnitShape, unit} from '../layers/unit.ts'

/** What bends the results of a unit; none: the unit is linear. */
export type Bend = 'relu' | 'hard-swish' | 'silu' | 'none'

/** What a family of networks has in common. */
export interface Family extends Required<Pick<UnitShape, 'epsilon' | 'momentum'>> {
  readonly excitation: SqueezeShape['as']
}

export interface BlockShape {
  /** Side of the depthwise kernel. */
  readonly size: number
  readonly stride: number
  readonly input: number
  /** Channels of the depthwise convolution. */
  readonly expanded: number
  readonly output: number
  /** Channels inside of squeeze-and-excitation; 0: there is none. */
  readonly squeezed: number
  readonly bend: Bend
  /** Share of images for which training leaves it out where its input is added; absent: none. */
  readonly leftOut?: number
}

/**
 * An inverted residual (Sandler et al. 2018): 1x1 to more channels, if they are to be more, a depthwise convolution, squeeze-and-excitation, and 1x1 to
 * few channels, linear. The input is added where it has the result's shape. Parts are named by their place, as torchvision has them.
 */
export function openInvertedResidual<T>(layers: Layers<T>, name: string, shape: BlockShape, family: Family) {
  const {size, stride, input, expanded, output, squeezed, bend, leftOut = 0} = shape
  const parts: ((x: T) => T)[] = []
  const place = () => `${name}.block.${parts.length}`
  if (expanded !== input)
    parts.push(openBentUnit(layers, place(), {input, output: expanded, size: 1, stride: 1, bend}, family))
  const each = {input: expanded, output: expanded, size, stride, bend, depthwise: true}
  parts.push(openBentUnit(layers, place(), each, family))
  if (squeezed > 0)
    parts.push(layers.open(squeezeExcitation({name: place(), channels: expanded, squeezed, as: family.excitation})))
  const project = openUnit(layers, place(), {input: expanded, output, size: 1, stride: 1, bend: 'none'}, family)
  const inside = (x: T) => parts.reduce((value, part) => part(value), x)
  if (stride > 1 || input !== output) return (x: T) => project(inside(x))
  if (leftOut > 0) {
    const [leaveOut, add] = [openStochasticDepth(layers, name, leftOut), layers.open(sum())]
    return (x: T) => {
      const residual = layers.again(x)
      return add(leaveOut(project(inside(x))), residual)
    }
  }
  return (x: T) => {
    const residual = layers.again(x)
    return project(inside(x), residual)
  }
}

export interface BentShape extends Pick<UnitShape, 'input' | 'output' | 'size' | 'stride' | 'depthwise'> {
  readonly bend: Bend
}

/** A unit of torchvision's Conv2dNormActivation. */
export function openBentUnit<T>(layers: Layers<T>, name: string, shape: BentShape, family: Family): (x: T) => T {
  const convolve = openUnit(layers, name, shape, family)
  if (shape.bend === 'none' || shape.bend === 'relu') return convolve
  const bend = layers.open(shape.bend === 'silu' ? silu() : hardSwish())
  return (x) => bend(convolve(x))
}

function openUnit<T>(
  layers: Layers<T>,
  name: string,
  {bend, ...shape}: BentShape,
  {epsilon, momentum}: Family,
): (...inputs: T[]) => T {
  const names = {convolution: `${name}.0`, norm: `${name}.1`}
  return layers.open(unit({...names, ...shape, relu: bend === 'relu', epsilon, momentum}))
}
