import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {liveTensors} from '../../../lib/engine/op.ts'
import {tf} from '../../../lib/engine/tensorflow.ts'
import {lossCards} from '../../../lib/objectives/losses/cards.ts'
import {openObjective} from '../../../lib/objectives/objective.ts'
import {objectiveParameters} from '../../../lib/objectives/parameters/objective.ts'
import {openRandom} from '../../../lib/random.ts'
import {type Batch, evaluate, randomBatch} from '../evaluate.ts'
import {type Example, examples} from './examples.ts'

const edges: Readonly<Record<string, Batch>> = {
  'coinciding rows of one class and of two': {
    embeddings: [
      [1, 2],
      [1, 2],
      [1, 2],
      [2, -1],
    ],
    labels: [0, 0, 1, 1],
  },
  'opposite rows': {
    embeddings: [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ],
    labels: [0, 0, 1, 1],
  },
  'rows of zeros': {
    embeddings: [
      [0, 0],
      [0, 0],
      [1, 0],
      [0, 1],
    ],
    labels: [0, 0, 1, 1],
  },
  'no positives': {
    embeddings: [
      [1, 0],
      [0, 1],
      [-1, 0],
    ],
    labels: [0, 1, 2],
  },
  'no negatives': {
    embeddings: [
      [1, 0],
      [0.6, 0.8],
      [-1, 0],
    ],
    labels: [1, 1, 1],
  },
  'a single row': {embeddings: [[1, 2]], labels: [0]},
}

test('every loss has an example here', () => {
  const shown = new Set(examples.map(({spec}) => spec.loss))
  assert.deepEqual(
    lossCards.map(({name}) => name).filter((name) => !shown.has(name)),
    [],
  )
})

for (const example of examples) {
  describe(example.title, () => {
    if (example.constantFactors !== true) {
      test('has the gradient that differences of its value have, in random directions', () => checkGradient(example))
    }

    if (example.orderMatters !== true) {
      test('does not depend on the order of the rows, and its gradient moves with them', async () => {
        for (const seed of [1, 2, 3]) {
          const batch = planned(example, randomBatch(12, 5, 3, seed))
          const order = openRandom('order', seed).shuffled([...batch.labels.keys()])
          const moved = {
            embeddings: order.map((row) => batch.embeddings[row]!),
            labels: order.map((row) => batch.labels[row]!),
            ...(batch.teacher && {teacher: order.map((row) => batch.teacher![row]!)}),
          }
          const [before, after] = [await evaluate(example.spec, batch), await evaluate(example.spec, moved)]
          assert.ok(Math.abs(before.loss - after.loss) <= 1e-5 * Math.max(1, Math.abs(before.loss)))
          assertNear(
            after.gradient,
            order.map((row) => before.gradient[row]!),
            1e-4 * Math.max(1, largest(before.gradient)),
          )
        }
      })
    }

    if (example.lengthMatters !== true) {
      test('does not depend on the length of an embedding, and its gradient shrinks with it', async () => {
        const batch = planned(example, randomBatch(8, 4, 3, 4))
        const longer = {...batch, embeddings: batch.embeddings.map((row) => row.map((value) => value * 1024))}
        const [before, after] = [await evaluate(example.spec, batch), await evaluate(example.spec, longer)]
        assert.ok(Math.abs(before.loss - after.loss) <= 1e-5 * Math.max(1, Math.abs(before.loss)))
        assertNear(
          after.gradient.map((row) => row.map((value) => value * 1024)),
          before.gradient,
          1e-4 * Math.max(1, largest(before.gradient)),
        )
      })
    }

    for (const [edge, batch] of Object.entries(edges)) {
      test(`is finite with ${edge}, and so are its gradients`, async () => {
        const {loss, gradient, weightGradients} = await evaluate(example.spec, planned(example, batch))
        assert.ok(Number.isFinite(loss), `${loss}`)
        assert.ok(gradient.flat().every(Number.isFinite), JSON.stringify(gradient))
        for (const values of weightGradients.values()) assert.ok(values?.every(Number.isFinite) ?? true)
      })
    }

    for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) {
      test(`says that training has diverged where embeddings hold ${number}`, async () => {
        const {embeddings, ...rest} = planned(example, randomBatch(8, 4, 3, 4))
        const broken = embeddings.map(([, ...others]) => [number, ...others])
        await assert.rejects(evaluate(example.spec, {...rest, embeddings: broken}), /training has diverged/)
      })
    }

    test('leaves no tensor behind, step after step', async () => {
      const spec = objectiveParameters.parse(example.spec)
      const objective = await openObjective(spec, {dim: 4, classes: 4, seed: 0})
      const {embeddings, teacher} = planned(example, randomBatch(12, 4, 4, 7))
      const input = tf.tensor2d(embeddings.map((row) => [...row]))
      const guide = teacher && tf.tensor2d(teacher.map((row) => [...row]))
      const batch = {
        labels: Int32Array.from({length: 12}, (_, i) => i % 4),
        group: Int32Array.from({length: 12}, (_, i) => i >> 1),
        role: Array(12).fill('member'),
        stepSeed: 0,
      }
      objective.evaluate(input, batch, guide).gradient.dispose()
      const before = liveTensors()
      for (let step = 0; step < 5; step++) objective.evaluate(input, batch, guide).gradient.dispose()
      assert.equal(liveTensors(), before)
      input.dispose()
      guide?.dispose()
    })
  })
}

/**
 * Central differences along random directions. Values are float32, so the steps are wide; a direction whose two step widths
 * disagree crosses a kink (hinge), where there is no derivative, and does not count, but most must.
 */
async function checkGradient(example: Example): Promise<void> {
  const {title, spec} = example
  let compared = 0
  for (const seed of [1, 2, 3, 5, 8, 13]) {
    const batch = planned(example, randomBatch(12, 5, 3, seed))
    const {gradient} = await evaluate(spec, batch)
    const random = openRandom('direction', seed)
    const direction = batch.embeddings.map((row) => row.map(() => random.normal()))
    const length = Math.hypot(...direction.flat())
    const slopeOver = async (step: number) => {
      const moved = (sign: number) => ({
        ...batch,
        embeddings: batch.embeddings.map((row, r) =>
          row.map((value, c) => value + (sign * step * direction[r]![c]!) / length),
        ),
      })
      const [ahead, behind] = [await evaluate(spec, moved(1)), await evaluate(spec, moved(-1))]
      return (ahead.loss - behind.loss) / (2 * step)
    }
    const [wide, narrow] = [await slopeOver(8e-3), await slopeOver(4e-3)]
    const tolerance = 2e-3 * Math.max(0.1, Math.abs(narrow))
    if (Math.abs(wide - narrow) > tolerance) continue
    const along = gradient.flatMap((row, r) => row.map((value, c) => (value * direction[r]![c]!) / length))
    const slope = along.reduce((sum, value) => sum + value, 0)
    assert.ok(
      Math.abs(slope - narrow) <= 2 * tolerance,
      `${title}, seed ${seed}: slope ${slope}, by differences ${narrow}`,
    )
    compared++
  }
  assert.ok(compared >= 3, `only ${compared} of 6 directions could be compared`)
}

/** A batch with the groups or the teacher that the loss needs; the last image gets a second view where it has none. */
function planned({views, teacher}: Example, batch: Batch): Batch {
  if (teacher === true) {
    const dim = batch.embeddings[0]!.length
    return {...batch, teacher: randomBatch(batch.labels.length, dim, 1, 99).embeddings}
  }
  if (views !== true) return batch
  const twice = <T>(rows: readonly T[]) => (rows.length % 2 === 0 ? rows : [...rows, rows.at(-1)!])
  const [embeddings, labels] = [twice(batch.embeddings), twice(batch.labels)]
  return {...batch, embeddings, labels, plan: {group: Int32Array.from(labels, (_, row) => row >> 1)}}
}

function largest(gradient: readonly (readonly number[])[]): number {
  return Math.max(...gradient.flat().map(Math.abs))
}

function assertNear(
  got: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  tolerance: number,
): void {
  got.forEach((row, r) => {
    row.forEach((value, c) => {
      assert.ok(Math.abs(value - expected[r]![c]!) <= tolerance, `[${r}][${c}] is ${value}, not ${expected[r]![c]}`)
    })
  })
}
