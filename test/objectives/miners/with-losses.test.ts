import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {tf} from '../../../lib/engine/tensorflow.ts'
import {lossCards} from '../../../lib/objectives/losses/cards.ts'
import {minerCards} from '../../../lib/objectives/miners/cards.ts'
import {type Batch, evaluate, randomBatch} from '../evaluate.ts'

const batch = randomBatch(18, 5, 5, 21)

/** Batches in which no miner finds a triplet. */
const hopeless: Readonly<Record<string, Batch>> = {
  'one class': {...batch, labels: batch.labels.map(() => 0)},
  'classes of one image': {...batch, labels: [...batch.labels.keys()]},
  'one image': {embeddings: [[1, 2, 3]], labels: [0]},
}

/** Losses with a miner: those on pairs. */
const losses = lossCards.filter(({compares, teacher}) => compares === 'pairs' && !teacher)

describe('every loss on pairs with every miner', () => {
  for (const {name: loss} of losses) {
    test(`${loss}: value and gradient are finite, and nothing is left behind`, async () => {
      for (const {name} of minerCards) {
        const before = tf.memory().numTensors
        const {loss: value, gradient, activeFraction} = await evaluate({loss, miner: {name}}, batch)
        assert.ok(Number.isFinite(value) && gradient.flat().every(Number.isFinite), name)
        assert.ok(activeFraction >= 0 && activeFraction <= 1, name)
        assert.equal(tf.memory().numTensors, before, name)
      }
    })

    test(`${loss}: where nothing is mined there is no loss, no gradient and nothing active`, async () => {
      for (const {name} of minerCards.filter(({gives}) => gives === 'triplets')) {
        for (const [what, nothing] of Object.entries(hopeless)) {
          const figures = await evaluate({loss, miner: {name}}, nothing)
          assert.ok(Math.abs(figures.loss) === 0, `${name}, ${what}: loss ${figures.loss}`)
          assert.equal(figures.activeFraction, 0, `${name}, ${what}`)
          assert.ok(
            figures.gradient.flat().every((value) => value === 0),
            `${name}, ${what}`,
          )
          assert.deepEqual([figures.positiveDistance, figures.negativeDistance], [Number.NaN, Number.NaN])
        }
      }
    })
  }

  test('stops when embeddings are not numbers, whatever the miner makes of them', async () => {
    const diverged = {...batch, embeddings: batch.embeddings.map((row) => row.map(() => Number.NaN))}
    for (const {name} of minerCards) {
      await assert.rejects(evaluate({loss: 'triplet', miner: {name}}, diverged), /training has diverged/, name)
    }
  })
})
