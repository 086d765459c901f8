import {test} from 'node:test'
import {layerScale} from '../../../lib/engine/ops/layer-scale.ts'
import {sum} from '../../../lib/engine/ops/sum.ts'
import {checkGradients, numbers} from './gradients.ts'

test("Gradients of a residual with scaled channels agree with finite differences, in either package's shape of the factors", () => {
  for (const shape of [[4], [4, 1, 1]]) {
    checkGradients({
      inputs: [numbers(1, [2, 3, 4]), numbers(2, [2, 3, 4])],
      parameters: [numbers(3, shape)],
      apply: ([x, branch], [factors], tape) => sum(x!, layerScale(branch!, factors!, tape), tape),
    })
  }
})
