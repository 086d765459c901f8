import type {BackboneModule} from './backbone.ts'
import {type Family, openBentUnit, openInvertedResidual} from './inverted-residual.ts'

/** The linear layer behind the pooling. */
export const unused = /^classifier\./

/** EfficientNet-B0 (Tan and Le 2019, table 1) as torchvision has it: `features`, with 1280 channels at the end. */
export const build: BackboneModule['build'] = ({stochastic_depth = 0}, layers) => {
  const first = {input: 3, output: 32, size: 3, stride: 2, bend: 'silu'} as const
  const parts = [openBentUnit(layers, 'features.0', first, family)]
  const blocks = stages.reduce((sum, [, , , , depth]) => sum + depth, 0)
  let input = first.output as number
  let before = 0
  for (const [stage, [expansion, size, firstStride, output, depth]] of stages.entries()) {
    for (let i = 0; i < depth; i++) {
      const stride = i === 0 ? firstStride : 1
      const squeezed = Math.floor(input / 4)
      const leftOut = (stochastic_depth * before) / blocks
      const shape = {size, stride, input, expanded: expansion * input, output, squeezed, bend: 'silu', leftOut} as const
      parts.push(openInvertedResidual(layers, `features.${stage + 1}.${i}`, shape, family))
      input = output
      before++
    }
  }
  const last = {input, output: 1280, size: 1, stride: 1, bend: 'silu'} as const
  parts.push(openBentUnit(layers, `features.${stages.length + 1}`, last, family))
  return {channels: last.output, trunk: (images) => parts.reduce((x, part) => part(x), images)}
}

const family: Family = {epsilon: 1e-5, momentum: 0.1, excitation: 'efficientnet'}

type Row = readonly [expansion: number, size: number, stride: number, output: number, depth: number]

const stages: readonly Row[] = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
]
