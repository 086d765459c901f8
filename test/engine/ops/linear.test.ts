import {test} from 'node:test'
import {linear} from '../../../lib/engine/ops/linear.ts'
import {checkGradients, numbers} from './gradients.ts'

for (const shape of [
  [3, 4],
  [2, 3, 4],
  [2, 2, 3, 4],
]) {
  test(`Gradients of a linear layer of ${shape.length} axes agree with finite differences`, () => {
    checkGradients({
      inputs: [numbers(1, shape)],
      parameters: [numbers(2, [5, 4]), numbers(3, [5])],
      apply: ([x], [weight, bias], tape) => linear(x!, weight!, bias!, tape),
    })
  })
}
