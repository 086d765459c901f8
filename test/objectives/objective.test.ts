import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {tf} from '../../lib/engine/tensorflow.ts'
import {openObjective} from '../../lib/objectives/objective.ts'
import {objectiveParameters} from '../../lib/objectives/parameters/objective.ts'

/** Two triplets on the unit circle: the first is hard (positive 90, negative 60 degrees away), the second easy. */
const angles = [0, 90, 60, 0, 10, 180]
const embeddings = () =>
  tf.tensor2d(angles.map((angle) => [5 * Math.cos((angle * Math.PI) / 180), 5 * Math.sin((angle * Math.PI) / 180)]))
const batch = {
  labels: Int32Array.of(0, 0, 1, 0, 0, 1),
  group: Int32Array.of(0, 0, 0, 1, 1, 1),
  role: ['anchor', 'positive', 'negative', 'anchor', 'positive', 'negative'],
  stepSeed: 0,
}

const history = {dim: 2, classes: 2, seed: 0}

async function evaluate(parameters: unknown) {
  const objective = await openObjective(objectiveParameters.parse(parameters), history)
  return tf.tidy(() => {
    const {gradient, ...figures} = objective.evaluate(embeddings(), batch)
    return {...figures, gradient: gradient.arraySync()}
  })
}

describe('an objective', () => {
  test('takes the triplets that the plan groups, and reports them', async () => {
    const {loss, activeFraction, positiveDistance, negativeDistance, activeRows} = await evaluate({
      loss: 'triplet',
      margin: 0.1,
    })
    assert.ok(Math.abs(loss - (2 - 1 + 0.1 + 0) / 2) < 1e-6)
    assert.equal(activeFraction, 1 / 2)
    assert.ok(Math.abs(positiveDistance - (Math.SQRT2 + 2 * Math.sin(Math.PI / 36)) / 2) < 1e-6)
    assert.ok(Math.abs(negativeDistance - (1 + 2) / 2) < 1e-6)
    assert.deepEqual([...activeRows], [0, 1, 2])
  })

  test('compares only the pairs inside planned triplets with a contrastive loss', async () => {
    const {loss, activeFraction} = await evaluate({loss: 'contrastive', positive_margin: 0.5, negative_margin: 1.5})
    assert.ok(Math.abs(loss - (Math.SQRT2 - 0.5 + (1.5 - 1))) < 1e-6)
    assert.equal(activeFraction, 2 / 4)
  })

  test('compares the whole batch with SupCon, whatever the plan says', async () => {
    const {activeRows, activeFraction} = await evaluate({loss: 'supcon', temperature: 0.5})
    assert.equal(activeRows.length, 6)
    assert.equal(activeFraction, 1)
  })

  const divergence = [
    {what: 'a loss that is NaN', spec: {loss: 'triplet'}, number: Number.NaN, told: 'NaN'},
    {what: 'a gradient that is NaN', spec: {loss: 'contrastive'}, number: Number.NaN, told: 'NaN'},
    {what: 'a gradient that is infinite', spec: {loss: 'vicreg'}, number: 1e18, told: 'Infinity'},
  ]
  for (const {what, spec, number, told} of divergence) {
    test(`stops with the way out when the network has diverged to ${what}, and leaves no tensor behind`, async () => {
      const objective = await openObjective(objectiveParameters.parse(spec), history)
      const diverged = tf.tensor2d(angles.map((_, row) => Array(2).fill(row < 3 ? number : -number)))
      const before = tf.memory().numTensors
      const views = {...batch, group: Int32Array.of(0, 0, 1, 1, 2, 2)}
      assert.throws(() => objective.evaluate(diverged, spec.loss === 'vicreg' ? views : batch), {
        name: 'UserError',
        message: new RegExp(`^The loss of a batch or its gradient is ${told}: .*Lower optimizer.lr`),
      })
      assert.equal(tf.memory().numTensors, before)
      diverged.dispose()
    })
  }
})
