import assert from 'node:assert/strict'
import {test} from 'node:test'
import {evaluate, randomBatch} from '../evaluate.ts'

const [MARGIN, GAMMA] = [0.3, 12]

test('the gradient of the circle loss is that of its formula with the pace of every pair held still', async () => {
  const batch = randomBatch(10, 4, 3, 6)
  const {loss, gradient} = await evaluate({loss: 'circle', margin: MARGIN, gamma: GAMMA}, batch)
  const {embeddings, labels} = batch
  const paces = cosines(embeddings)
  assert.ok(Math.abs(loss - circle(embeddings, labels, paces)) < 1e-5 * loss)
  const step = 1e-6
  embeddings.forEach((row, r) => {
    row.forEach((_, c) => {
      const moved = (by: number) => embeddings.map((own, i) => own.map((x, j) => (i === r && j === c ? x + by : x)))
      const slope = (circle(moved(step), labels, paces) - circle(moved(-step), labels, paces)) / (2 * step)
      assert.ok(Math.abs(gradient[r]![c]! - slope) < 1e-4, `[${r}][${c}] is ${gradient[r]![c]}, not ${slope}`)
    })
  })
})

/** The formula, word for word. `paces`: the cosines that the maxima are taken of. */
function circle(embeddings: readonly (readonly number[])[], labels: readonly number[], paces: number[][]): number {
  const cosine = cosines(embeddings)
  const terms = labels.map((label, a) => {
    const sum = (kept: (other: number) => boolean, exponent: (other: number) => number) =>
      labels.reduce((total, _, other) => (kept(other) ? total + Math.exp(exponent(other)) : total), 0)
    const positives = sum(
      (other) => other !== a && labels[other] === label,
      (p) => -GAMMA * Math.max(0, 1 + MARGIN - paces[a]![p]!) * (cosine[a]![p]! - 1 + MARGIN),
    )
    const negatives = sum(
      (other) => labels[other] !== label,
      (n) => GAMMA * Math.max(0, paces[a]![n]! + MARGIN) * (cosine[a]![n]! - MARGIN),
    )
    return Math.log(1 + positives * negatives)
  })
  const active = terms.filter((term) => term > 0)
  return active.reduce((sum, term) => sum + term, 0) / active.length
}

function cosines(embeddings: readonly (readonly number[])[]): number[][] {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  return embeddings.map((a) => embeddings.map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))))
}
