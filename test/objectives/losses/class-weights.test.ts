import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import type {HostTensor, StateDict} from '../../../lib/engine/state-dict.ts'
import {openObjective} from '../../../lib/objectives/objective.ts'
import {objectiveParameters} from '../../../lib/objectives/parameters/objective.ts'
import {openRandom} from '../../../lib/random.ts'
import {type Batch, evaluate, randomBatch} from '../evaluate.ts'
import {classExamples} from './class-examples.ts'

/** Two of the classes have no rows. */
const classes = 6
const batchOf = (seed: number): Batch => ({...randomBatch(12, 5, 4, seed), classes})

for (const {title, spec} of classExamples) {
  describe(`the weights of ${title}`, () => {
    test('have the gradient that differences of the value have, in random directions', async () => {
      let compared = 0
      for (const seed of [1, 2, 3, 5]) {
        const weights = await drawWeights(spec, seed)
        const {weightGradients} = await evaluate(spec, batchOf(seed), weights)
        for (const [name, tensor] of weights) {
          const random = openRandom('direction', seed, name)
          const direction = Float64Array.from(tensor.data as Float32Array, () => random.normal())
          const length = Math.hypot(...direction)
          const slopeOver = async (step: number) => {
            const lossAt = async (sign: number) => {
              const data = (tensor.data as Float32Array).map(
                (value, i) => value + (sign * step * direction[i]!) / length,
              )
              return (
                await evaluate(
                  spec,
                  batchOf(seed),
                  new Map([...weights, [name, {dtype: 'F32' as const, shape: tensor.shape, data}]]),
                )
              ).loss
            }
            return ((await lossAt(1)) - (await lossAt(-1))) / (2 * step)
          }
          const [wide, narrow] = [await slopeOver(8e-3), await slopeOver(4e-3)]
          const tolerance = 2e-3 * Math.max(0.1, Math.abs(narrow))
          if (Math.abs(wide - narrow) > tolerance) continue
          const slope = weightGradients.get(name)!.reduce((sum, value, i) => sum + (value * direction[i]!) / length, 0)
          assert.ok(Math.abs(slope - narrow) <= 2 * tolerance, `${name}: slope ${slope}, by differences ${narrow}`)
          compared++
        }
      }
      assert.ok(compared >= 3, `only ${compared} directions could be compared`)
    })

    test('may stand for a single class, for classes without rows, and for rows of zeros', async () => {
      const zeros = {
        embeddings: [
          [0, 0, 0],
          [0, 0, 0],
          [1, 2, 3],
        ],
        labels: [0, 2, 2],
        classes: 4,
      }
      for (const batch of [
        {
          embeddings: [
            [1, 2],
            [3, 1],
          ],
          labels: [0, 0],
          classes: 1,
        },
        zeros,
      ]) {
        const {loss, gradient, weightGradients} = await evaluate(spec, batch)
        assert.ok(Number.isFinite(loss))
        assert.ok(gradient.flat().every(Number.isFinite))
        for (const values of weightGradients.values()) assert.ok(values!.every(Number.isFinite))
      }
    })
  })
}

describe('steep losses against class weights', () => {
  const own = [
    [0.6, 0.8],
    [1, 0],
  ]
  for (const [title, tensor] of Object.entries({
    'the weights themselves': own,
    'their opposites': own.map((row) => row.map((value) => -value)),
  })) {
    for (const spec of [
      {loss: 'normalized-softmax', temperature: 1e-4},
      {loss: 'cosface', scale: 300},
      {loss: 'arcface', scale: 300},
      {loss: 'arcface', scale: 300, margin: 180},
      {loss: 'arcface', scale: 300, beyond: 'cosine', cosine_limit: 1e-7},
      {loss: 'proxy-nca', softmax_scale: 300},
      {loss: 'proxy-nca', softmax_scale: 300, denominator: 'others'},
      {loss: 'sphereface', scale: 300, margin: 4},
      {loss: 'large-margin-softmax', scale: 300, margin: 3},
    ]) {
      test(`${JSON.stringify(spec)} stays finite with embeddings equal to ${title}`, async () => {
        const name = spec.loss === 'proxy-nca' ? 'loss.proxies' : 'loss.class_weights'
        const weights: StateDict = new Map([
          [name, {dtype: 'F32', shape: [2, 2], data: Float32Array.from(tensor.flat())}],
        ])
        const {loss, gradient, weightGradients} = await evaluate(spec, {embeddings: own, labels: [0, 1]}, weights)
        assert.ok(Number.isFinite(loss), `${loss}`)
        assert.ok(gradient.flat().every(Number.isFinite))
        for (const values of weightGradients.values()) assert.ok(values!.every(Number.isFinite))
      })
    }
  }
})

/** Weights as a new loss has them. */
async function drawWeights(spec: unknown, seed: number): Promise<Map<string, HostTensor>> {
  const objective = await openObjective(objectiveParameters.parse(spec), {dim: 5, classes, seed})
  const weights = objective.weights.map((weight): [string, HostTensor] => {
    const tensor: HostTensor = {dtype: 'F32', shape: weight.shape, data: weight.toHost()}
    weight.dispose()
    return [weight.name, tensor]
  })
  return new Map(weights)
}
