import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {type Batch, evaluate, randomBatch} from '../evaluate.ts'

/** Losses of hinges, put together so that a term of 0 is as if it were not there. Not the margin loss: it counts a positive once for each negative. */
const hinges = [
  {loss: 'triplet', margin: 0.3, reducer: {name: 'sum'}},
  {loss: 'triplet', margin: 0.3, swap: true, distance: {name: 'euclidean'}, reducer: {name: 'active-mean'}},
  {loss: 'triplet', margin: 0.3, distance: {name: 'lp', p: 1}, reducer: {name: 'active-mean'}},
  {loss: 'contrastive'},
  {loss: 'contrastive', positive_margin: 1, negative_margin: 0.5, distance: {name: 'similarity'}},
  {loss: 'snr-contrastive', positive_margin: 0.3},
  {loss: 'threshold-consistent-margin'},
]

describe('a class far away from all others changes nothing for a loss of hinges', () => {
  for (const spec of hinges) {
    test(JSON.stringify(spec), async () => {
      const near = nearby()
      const [x = [], ...others] = near.embeddings
      const opposite = x.map((_, i) => (i === 0 ? -1 : 0))
      const wider = {embeddings: [x, ...others, opposite, opposite], labels: [...near.labels, 3, 3]}
      const [before, after] = [await evaluate(spec, near), await evaluate(spec, wider)]
      assert.ok(before.loss > 0)
      assert.ok(Math.abs(after.loss - before.loss) <= 1e-6 * before.loss, `${before.loss} became ${after.loss}`)
      after.gradient.slice(0, -2).forEach((row, r) => {
        row.forEach((value, c) => {
          assert.ok(Math.abs(value - before.gradient[r]![c]!) <= 1e-5)
        })
      })
      assert.ok(
        after.gradient
          .slice(-2)
          .flat()
          .every((value) => Math.abs(value) <= 1e-6),
      )
    })
  }
})

/** Three classes that are mixed up around one direction. */
function nearby(): Batch {
  const {embeddings, labels} = randomBatch(12, 6, 3, 11)
  return {embeddings: embeddings.map((row) => row.map((value, i) => (i === 0 ? 4 : value))), labels}
}
