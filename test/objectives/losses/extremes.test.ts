import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {type Batch, evaluate, randomBatch} from '../evaluate.ts'

const steep: readonly {readonly loss: string; readonly [parameter: string]: unknown}[] = [
  {loss: 'ntxent', temperature: 1e-5},
  {loss: 'ntxent', temperature: 1e-5, floor: 1e-20},
  {loss: 'supcon', temperature: 1e-4},
  {loss: 'multi-similarity', alpha: 300, beta: 300, base: 0.2},
  {loss: 'multi-similarity', alpha: 0.001, beta: 1000, base: 1},
  {loss: 'circle', gamma: 10_000},
  {loss: 'nca', softmax_scale: 1000},
  {loss: 'instance', gamma: 1000},
  {loss: 'pnp', anneal: 1e-4, variant: 'Iu'},
  {loss: 'ranked-list', margin: 4, negative_temperature: 100, positive_temperature: 100},
  {loss: 'fastap', num_bins: 250},
  {loss: 'histogram', num_bins: 10_000},
]

const batches: Readonly<Record<string, Batch>> = {
  'a random batch': randomBatch(16, 4, 4, 1),
  'identical rows': {embeddings: Array(6).fill([0.3, -0.4]), labels: [0, 0, 1, 1, 2, 2]},
  'positives opposite and negatives alike': {
    embeddings: [
      [1, 0],
      [-1, 0],
      [1, 0],
      [-1, 0],
    ],
    labels: [0, 0, 1, 1],
  },
  'one class': {
    embeddings: [
      [1, 0],
      [-1, 0],
      [0, 1],
    ],
    labels: [0, 0, 0],
  },
  'a class an image': {
    embeddings: [
      [1, 0],
      [1, 0],
      [-1, 0],
    ],
    labels: [0, 1, 2],
  },
}

for (const spec of steep) {
  describe(JSON.stringify(spec), () => {
    for (const [name, batch] of Object.entries(batches)) {
      test(`is finite with ${name}, and so is its gradient`, async () => {
        const {loss, gradient} = await evaluate(spec, batch)
        assert.ok(Number.isFinite(loss), `${loss}`)
        assert.ok(gradient.flat().every(Number.isFinite), JSON.stringify(gradient))
      })
    }
  })
}

test('without a floor NT-Xent gives up no pair, however far it is off; with one its gradient vanishes', async () => {
  const batch = batches['positives opposite and negatives alike']!
  const [free, floored] = [
    await evaluate({loss: 'ntxent', temperature: 0.001}, batch),
    await evaluate({loss: 'ntxent', temperature: 0.001, floor: 1e-20}, batch),
  ]
  assert.ok(Math.abs(free.loss - 2000) < 0.01, `${free.loss}`)
  assert.ok(Math.abs(floored.loss + Math.log(1e-20)) < 1e-9, `${floored.loss}`)
})

test('nothing to compare gives 0 and a gradient of 0', async () => {
  for (const loss of [
    'ntxent',
    'multi-similarity',
    'circle',
    'lifted-structure',
    'nca',
    'histogram',
    'fastap',
    'n-pair',
    'pnp',
  ]) {
    const {loss: value, gradient} = await evaluate(
      {loss, ...(loss === 'n-pair' && {l2: 0})},
      {embeddings: [[1, 2]], labels: [0]},
    )
    assert.deepEqual([value, ...gradient.flat()], [0, 0, 0], loss)
  }
})

test('a row without positives is a SupCon term of 0, so it counts in the mean of all terms', async () => {
  const batch = {...randomBatch(6, 4, 3, 2), labels: [0, 0, 1, 1, 2, 3]}
  const [all, active] = [
    await evaluate({loss: 'supcon', reducer: {name: 'mean'}}, batch),
    await evaluate({loss: 'supcon'}, batch),
  ]
  assert.ok(Math.abs(all.loss - (active.loss * 4) / 6) < 1e-6 * active.loss, `${all.loss} and ${active.loss}`)
})
