import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import {tf} from '../../../lib/engine/tensorflow.ts'
import {openObjective} from '../../../lib/objectives/objective.ts'
import {type ObjectiveSpec, objectiveParameters} from '../../../lib/objectives/parameters/objective.ts'
import {openRandom} from '../../../lib/random.ts'
import {referenceGradient, referenceLoss} from './reference.ts'

const specs: Readonly<Record<string, ObjectiveSpec>> = {
  'triplet loss': objectiveParameters.parse({loss: 'triplet', margin: 0.3}),
  'triplet loss on euclidean distances over active triplets': objectiveParameters.parse({
    loss: 'triplet',
    margin: 0.3,
    distance: 'euclidean',
    average: 'active',
  }),
  'contrastive loss': objectiveParameters.parse({loss: 'contrastive', positive_margin: 0.2, negative_margin: 1.3}),
  'SupCon loss': objectiveParameters.parse({loss: 'supcon', temperature: 0.2}),
}

interface Batch {
  readonly embeddings: number[][]
  readonly labels: number[]
}

const batches: fc.Arbitrary<Batch> = fc
  .record({
    rows: fc.integer({min: 2, max: 9}),
    dim: fc.integer({min: 2, max: 6}),
    classes: fc.integer({min: 1, max: 4}),
    seed: fc.nat(),
  })
  .map(({rows, dim, classes, seed}) => randomBatch(rows, dim, classes, seed))

function randomBatch(rows: number, dim: number, classes: number, seed: number): Batch {
  const random = openRandom('losses', seed)
  return {
    embeddings: Array.from({length: rows}, () => Array.from({length: dim}, () => Math.fround(random.normal()))),
    labels: Array.from({length: rows}, () => random.below(classes)),
  }
}

/** Evaluates a batch without planned triplets and takes everything off TensorFlow. */
async function evaluate(spec: ObjectiveSpec, {embeddings, labels}: Batch) {
  const objective = await openObjective(spec)
  const input = tf.tensor2d(embeddings)
  const result = objective.evaluate(input, {
    labels: Int32Array.from(labels),
    group: Int32Array.from(labels),
    role: labels.map(() => 'member'),
    stepSeed: 0,
  })
  const gradient = result.gradient.arraySync()
  tf.dispose([input, result.gradient])
  return {...result, gradient}
}

function assertNear(got: number[][], expected: number[][], tolerance: number): void {
  got.forEach((row, r) => {
    row.forEach((value, c) => {
      assert.ok(Math.abs(value - expected[r]![c]!) <= tolerance, `[${r}][${c}] is ${value}, not ${expected[r]![c]}`)
    })
  })
}

for (const [name, spec] of Object.entries(specs)) {
  describe(name, () => {
    test('has the value of the definition written as loops', async () => {
      await fc.assert(
        fc.asyncProperty(batches, async (batch) => {
          const {loss} = await evaluate(spec, batch)
          const expected = referenceLoss(spec, batch.embeddings, batch.labels)
          assert.ok(Math.abs(loss - expected) <= 2e-5 * Math.max(1, expected), `${loss}, not ${expected}`)
        }),
        {numRuns: 40},
      )
    })

    test('has the gradient that differences of the definition have', async () => {
      // Seeds whose batches stay away from the kinks of the hinge, where no derivative exists.
      for (const seed of [1, 2, 3, 5, 8]) {
        const batch = randomBatch(8, 5, 3, seed)
        const {gradient} = await evaluate(spec, batch)
        assertNear(gradient, referenceGradient(spec, batch.embeddings, batch.labels), 2e-5)
      }
    })

    test('does not depend on the order of the rows, and its gradient moves with them', async () => {
      await fc.assert(
        fc.asyncProperty(batches, fc.nat(), async (batch, seed) => {
          const order = openRandom('order', seed).shuffled([...batch.labels.keys()])
          const moved = {
            embeddings: order.map((row) => batch.embeddings[row]!),
            labels: order.map((row) => batch.labels[row]!),
          }
          const [before, after] = [await evaluate(spec, batch), await evaluate(spec, moved)]
          assert.ok(Math.abs(before.loss - after.loss) <= 1e-5 * Math.max(1, before.loss))
          assertNear(
            after.gradient,
            order.map((row) => before.gradient[row]!),
            1e-4,
          )
        }),
        {numRuns: 25},
      )
    })

    test('does not depend on the length of an embedding, and its gradient shrinks with it', async () => {
      const batch = randomBatch(8, 4, 3, 4)
      const [before, after] = [
        await evaluate(spec, batch),
        await evaluate(spec, {...batch, embeddings: batch.embeddings.map((row) => row.map((value) => value * 1024))}),
      ]
      assert.ok(Math.abs(before.loss - after.loss) < 1e-6)
      assertNear(
        after.gradient.map((row) => row.map((value) => value * 1024)),
        before.gradient,
        1e-5,
      )
    })

    test('has a gradient at right angles to every embedding', async () => {
      const batch = randomBatch(9, 6, 3, 6)
      const {gradient} = await evaluate(spec, batch)
      gradient.forEach((row, r) => {
        const along = row.reduce((sum, value, c) => sum + value * batch.embeddings[r]![c]!, 0)
        assert.ok(Math.abs(along) < 1e-5, `${along}`)
      })
    })

    const edges: Readonly<Record<string, {batch: Batch; loss?: number}>> = {
      'coinciding rows of one class and of two': {
        batch: {
          embeddings: [
            [1, 2],
            [1, 2],
            [1, 2],
            [2, -1],
          ],
          labels: [0, 0, 1, 1],
        },
      },
      'opposite rows': {
        batch: {
          embeddings: [
            [1, 0],
            [-1, 0],
            [0, 1],
            [0, -1],
          ],
          labels: [0, 0, 1, 1],
        },
      },
      'rows of zeros': {
        batch: {
          embeddings: [
            [0, 0],
            [0, 0],
            [1, 0],
            [0, 1],
          ],
          labels: [0, 0, 1, 1],
        },
      },
      'huge and tiny rows': {
        batch: {
          embeddings: [
            [1e15, 1],
            [1, 1e-12],
            [1e-12, 1e-12],
            [-1e15, 1e14],
          ],
          labels: [0, 0, 1, 1],
        },
      },
      'no positives': {
        batch: {
          embeddings: [
            [1, 0],
            [0, 1],
            [-1, 0],
          ],
          labels: [0, 1, 2],
        },
      },
      'no negatives': {
        batch: {
          embeddings: [
            [1, 0],
            [0.6, 0.8],
            [-1, 0],
          ],
          labels: [5, 5, 5],
        },
      },
      'a single row': {batch: {embeddings: [[1, 2]], labels: [0]}, loss: 0},
    }
    for (const [edge, {batch, loss}] of Object.entries(edges)) {
      test(`is finite with ${edge}, and so is its gradient`, async () => {
        const result = await evaluate(spec, batch)
        assert.ok(Number.isFinite(result.loss))
        if (loss !== undefined) assert.equal(result.loss, loss)
        assert.ok(result.gradient.flat().every(Number.isFinite), JSON.stringify(result.gradient))
      })
    }

    test('leaves no tensor behind, step after step', async () => {
      const objective = await openObjective(spec)
      const input = tf.tensor2d(randomBatch(12, 4, 4, 7).embeddings)
      const batch = {
        labels: Int32Array.from({length: 12}, (_, i) => i % 4),
        group: new Int32Array(12),
        role: Array(12).fill('member'),
        stepSeed: 0,
      }
      objective.evaluate(input, batch).gradient.dispose()
      const before = tf.memory()
      for (let step = 0; step < 5; step++) objective.evaluate(input, batch).gradient.dispose()
      assert.equal(tf.memory().numTensors, before.numTensors)
      assert.equal(tf.memory().numBytes, before.numBytes)
      input.dispose()
    })
  })
}

describe('a batch with nothing to learn', () => {
  test('has loss 0 and gradient 0 when every negative is far beyond the margin', async () => {
    const batch = {
      embeddings: [
        [1, 0],
        [1, 0],
        [-1, 0],
        [-1, 0],
      ],
      labels: [0, 0, 1, 1],
    }
    for (const name of [
      'triplet loss',
      'triplet loss on euclidean distances over active triplets',
      'contrastive loss',
    ]) {
      const {loss, gradient, activeFraction, activeRows} = await evaluate(specs[name]!, batch)
      assert.deepEqual({loss, activeFraction}, {loss: 0, activeFraction: 0}, name)
      assert.ok(gradient.flat().every((value) => value === 0))
      assert.equal(activeRows.length, 0)
    }
  })

  test('has loss 0 and gradient 0 when triplets or SupCon find no positives', async () => {
    const batch = {
      embeddings: [
        [1, 0],
        [0, 1],
        [-1, 0],
      ],
      labels: [0, 1, 2],
    }
    for (const name of ['triplet loss', 'SupCon loss']) {
      const {loss, gradient, activeFraction, positiveDistance} = await evaluate(specs[name]!, batch)
      assert.deepEqual(
        {loss, activeFraction, positiveDistance},
        {loss: 0, activeFraction: 0, positiveDistance: Number.NaN},
        name,
      )
      assert.ok(gradient.flat().every((value) => value === 0))
    }
  })
})

test('a far class changes neither triplet nor contrastive loss, and gets no gradient', async () => {
  const near = {
    embeddings: [
      [1, 0, 0],
      [0.9, 0.3, 0],
      [0.8, -0.5, 0],
      [0.5, 0.7, 0],
    ],
    labels: [0, 0, 1, 1],
  }
  const far = {embeddings: [...near.embeddings, [-1, 0, 0], [-1, 0, 0]], labels: [...near.labels, 2, 2]}
  for (const spec of [specs['triplet loss on euclidean distances over active triplets']!, specs['contrastive loss']!]) {
    const [without, withFar] = [await evaluate(spec, near), await evaluate(spec, far)]
    assert.ok(Math.abs(without.loss - withFar.loss) < 1e-6)
    assertNear(
      withFar.gradient.slice(4),
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
      0,
    )
    assert.deepEqual([...withFar.activeRows], [0, 1, 2, 3])
  }
})

test('SupCon stays finite and right at a tiny temperature', async () => {
  const spec = objectiveParameters.parse({loss: 'supcon', temperature: 1e-4})
  const batch = randomBatch(10, 8, 3, 9)
  const {loss, gradient} = await evaluate(spec, batch)
  const expected = referenceLoss(spec, batch.embeddings, batch.labels)
  assert.ok(Math.abs(loss - expected) < 1e-5 * expected, `${loss}, not ${expected}`)
  assert.ok(gradient.flat().every(Number.isFinite))
})

test('by hand: SupCon of two pairs at right angles is log(1 + 2 / e) at temperature 1', async () => {
  const {loss} = await evaluate(objectiveParameters.parse({loss: 'supcon', temperature: 1}), {
    embeddings: [
      [1, 0],
      [2, 0],
      [0, 3],
      [0, 4],
    ],
    labels: [0, 0, 1, 1],
  })
  assert.ok(Math.abs(loss - Math.log(1 + 2 / Math.E)) < 1e-6)
})
