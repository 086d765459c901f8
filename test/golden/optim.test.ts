import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {fromHost} from '../../lib/engine/op.ts'
import {Parameter} from '../../lib/engine/parameter.ts'
import {optimizerParameters} from '../../lib/model/optimizer-parameters.ts'
import {openTrainer} from '../../lib/model/trainer.ts'
import {golden} from '../golden.ts'

interface OptimizerCase {
  readonly id: string
  readonly optimiser: string
  readonly params: Readonly<Record<string, unknown>> & {readonly lr: number}
  /** Where a schedule bends them from step to step. */
  readonly lr_used?: readonly number[]
  readonly beta1_used?: readonly number[]
  readonly momentum_used?: readonly number[]
  readonly parameters_after_step: readonly (readonly number[])[]
}

interface OptimFile {
  readonly initial_parameters: readonly number[]
  readonly gradients: readonly (readonly number[])[]
  readonly optimisers: readonly OptimizerCase[]
}

const {initial_parameters: initial, gradients, optimisers} = golden('optim.json') as OptimFile
const families = ['SGD', 'Adam', 'AdamW', 'RMSprop']

test('Every optimiser of the golden file is one of ours, and each of ours has cases', (context) => {
  assert.deepEqual([...new Set(optimisers.map(({optimiser}) => optimiser))].sort(), [...families].sort())
  for (const family of families) context.diagnostic(`${family}: ${casesOf(family).length} cases`)
})

for (const family of families) {
  describe(`${family}: the steps end where PyTorch's do`, () => {
    for (const {id, params, lr_used, beta1_used, momentum_used, parameters_after_step: expected} of casesOf(family)) {
      test(id, async () => {
        const {schedule, ...settings} = params
        assert.equal(schedule === undefined, lr_used === undefined, 'a schedule comes with the values it gave')
        const spec = optimizerParameters.parse({name: family.toLowerCase(), ...settings})
        const parameter = new Parameter('weights', Float32Array.from(initial), [initial.length])
        const trainer = await openTrainer([parameter], spec, {model: new Map()})
        gradients.forEach((values, i) => {
          parameter.addGradient(fromHost(Float32Array.from(values), [values.length]))
          trainer.step({lr: lr_used?.[i] ?? params.lr, momentum: (beta1_used ?? momentum_used)?.[i], batches: 1})
          const actual = parameter.toHost()
          // the fixtures' own tolerance for float32 against float64
          expected[i]!.forEach((value, j) => {
            assert.ok(Math.abs(actual[j]! - value) <= 2e-6, `step ${i + 1}, parameter ${j}: ${actual[j]}, not ${value}`)
          })
        })
        trainer.dispose()
        parameter.dispose()
      })
    }
  })
}

function casesOf(family: string): readonly OptimizerCase[] {
  return optimisers.filter(({optimiser}) => optimiser === family)
}
