import assert from 'node:assert/strict'
import {test} from 'node:test'
import {free, fromHost, read} from '../../lib/engine/op.ts'
import {openAdamW} from '../../lib/engine/optimizers/adamw.ts'
import {golden} from '../golden.ts'

interface OptimFile {
  initial_parameters: number[]
  gradients: number[][]
  optimisers: {
    id: string
    optimiser: string
    params: {
      lr: number
      weight_decay?: number
      betas?: [number, number]
      eps?: number
      amsgrad?: boolean
      schedule?: string
    }
    parameters_after_step: number[][]
  }[]
}

const {initial_parameters: initial, gradients, optimisers} = golden('optim.json') as OptimFile
// amsgrad, and a momentum that changes from step to step, are not offered
const cases = optimisers.filter(
  ({id, params}) => id.startsWith('adamw/') && params.amsgrad !== true && params.schedule === undefined,
)

test('The golden file has cases of AdamW', () => {
  assert.ok(cases.length >= 1, 'no case of the family adamw in optim.json')
})

for (const {id, params, parameters_after_step: expected} of cases) {
  test(`${id}: ten steps of AdamW end where PyTorch's do`, () => {
    const optimizer = openAdamW(
      {
        weights: fromHost(Float32Array.from(initial), [initial.length]),
        firstMoment: fromHost(new Float32Array(initial.length), [initial.length]),
        secondMoment: fromHost(new Float32Array(initial.length), [initial.length]),
      },
      {betas: params.betas ?? [0.9, 0.999], eps: params.eps ?? 1e-8, weightDecay: params.weight_decay ?? 0.01},
    )
    gradients.forEach((values, i) => {
      const gradient = fromHost(Float32Array.from(values), [values.length])
      optimizer.apply(gradient, i + 1, params.lr)
      const weights = optimizer.weights()
      const actual = read(weights)
      free(gradient, weights)
      // the fixtures' own tolerance for float32 against float64
      expected[i]!.forEach((value, j) => {
        assert.ok(Math.abs(actual[j]! - value) <= 2e-6, `step ${i + 1}, parameter ${j}: ${actual[j]}, not ${value}`)
      })
    })
    optimizer.dispose()
  })
}
