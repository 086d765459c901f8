import type {BackboneModule} from './backbone.ts'
import {type Bend, type Family, openBentUnit, openInvertedResidual} from './inverted-residual.ts'

/** The classifier with its first linear layer, which torchvision has behind the pooling. */
export const unused = /^classifier\./

/** MobileNetV3-Large (Howard et al. 2019, table 1) as torchvision has it: `features`, with 960 channels at the end. */
export const build: BackboneModule['build'] = (_, layers) => {
  const first = {input: 3, output: 16, size: 3, stride: 2, bend: 'hard-swish'} as const
  const parts = [openBentUnit(layers, 'features.0', first, family)]
  let input = first.output as number
  for (const [size, expanded, output, squeezed, bend, stride] of blocks) {
    const shape = {size, stride, input, expanded, output, squeezed, bend}
    parts.push(openInvertedResidual(layers, `features.${parts.length}`, shape, family))
    input = output
  }
  const last = {input, output: 960, size: 1, stride: 1, bend: 'hard-swish'} as const
  parts.push(openBentUnit(layers, `features.${parts.length}`, last, family))
  return {channels: last.output, trunk: (images) => parts.reduce((x, part) => part(x), images)}
}

const family: Family = {epsilon: 1e-3, momentum: 0.01, excitation: 'mobilenet'}

type Row = readonly [size: number, expanded: number, output: number, squeezed: number, bend: Bend, stride: number]

const blocks: readonly Row[] = [
  [3, 16, 16, 0, 'relu', 1],
  [3, 64, 24, 0, 'relu', 2],
  [3, 72, 24, 0, 'relu', 1],
  [5, 72, 40, 24, 'relu', 2],
  [5, 120, 40, 32, 'relu', 1],
  [5, 120, 40, 32, 'relu', 1],
  [3, 240, 80, 0, 'hard-swish', 2],
  [3, 200, 80, 0, 'hard-swish', 1],
  [3, 184, 80, 0, 'hard-swish', 1],
  [3, 184, 80, 0, 'hard-swish', 1],
  [3, 480, 112, 120, 'hard-swish', 1],
  [3, 672, 112, 168, 'hard-swish', 1],
  [5, 672, 160, 168, 'hard-swish', 2],
  [5, 960, 160, 240, 'hard-swish', 1],
  [5, 960, 160, 240, 'hard-swish', 1],
]
