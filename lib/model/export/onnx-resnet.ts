import {EPSILON} from '../../engine/ops/unit.ts'
import type {StateDict} from '../../engine/state-dict.ts'
import {UserError} from '../../user-error.ts'
import type {UnitShape} from '../backbones/backbone.ts'
import type {ModelSpec} from '../spec.ts'
import {buildOnPaper} from './on-paper.ts'
import {floatsOf, type OnnxGraph} from './onnx-graph.ts'

/**
 * Adds a residual network, from normalised images [batch, 3, height, width] to its last feature map. Which units there are, their sizes
 * and strides, is what backbones/resnet.ts asks for; how they hang together is read from torchvision's names for them
 * (docs/decisions/onnx-from-names.md). Throws UserError for another kind of network.
 */
export async function addResnet(
  graph: OnnxGraph,
  spec: ModelSpec,
  weights: StateDict,
  images: string,
): Promise<string> {
  if (!spec.backbone.startsWith('resnet')) {
    throw new UserError(
      `ONNX is written for ResNets so far, and this is a ${spec.backbone}. Use --to pytorch, and export from there.`,
    )
  }
  const [stem, ...units] = (await buildOnPaper(spec)).units
  const add = (unit: UnitShape, x: string) => addUnit(graph, unit, weights, x)
  let x = graph.node('Relu', [add(stem!, images)])
  if (spec.stem === 'imagenet') {
    x = graph.node('MaxPool', [x], {kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1]})
  }
  for (const {body, shortcut} of groupBlocks(units)) {
    const inner = body.reduce((value, unit, i) => add(unit, i === 0 ? value : graph.node('Relu', [value])), x)
    const round = shortcut === undefined ? x : add(shortcut, x)
    x = graph.node('Relu', [graph.node('Add', [inner, round])])
  }
  return x
}

interface ResidualBlock {
  readonly body: UnitShape[]
  shortcut?: UnitShape
}

/** `layer2.0.conv1`, `layer2.0.conv2`, `layer2.0.downsample.0` are one block. */
function groupBlocks(units: readonly UnitShape[]): ResidualBlock[] {
  const blocks = new Map<string, ResidualBlock>()
  for (const unit of units) {
    const [, name = '', part] = /^(layer\d+\.\d+)\.(conv|downsample)/.exec(unit.convolution) ?? []
    const block = blocks.get(name) ?? {body: []}
    blocks.set(name, block)
    if (part === 'downsample') block.shortcut = unit
    else block.body.push(unit)
  }
  return [...blocks.values()]
}

/** A convolution with its batch norm folded in: kernel * scale / deviation, shift - mean * scale / deviation. */
function addUnit(
  graph: OnnxGraph,
  {convolution, norm, input, output, size, stride}: UnitShape,
  weights: StateDict,
  x: string,
): string {
  const of = (name: string) => floatsOf(weights, `${norm}.${name}`)
  const [scale, shift, mean, variance] = [of('weight'), of('bias'), of('running_mean'), of('running_var')]
  const factor = Float64Array.from(scale, (value, i) => value / Math.sqrt(variance[i]! + EPSILON))
  const perOutput = input * size * size
  const kernel = floatsOf(weights, `${convolution}.weight`).map(
    (value, i) => value * factor[Math.floor(i / perOutput)]!,
  )
  const bias = shift.map((value, i) => value - mean[i]! * factor[i]!)
  const names = [
    graph.constant(`${convolution}.weight`, [output, input, size, size], kernel),
    graph.constant(`${convolution}.bias`, [output], bias),
  ]
  const pad = Math.floor(size / 2)
  return graph.node('Conv', [x, ...names], {
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
  })
}
