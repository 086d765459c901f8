import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {type LossSpec, objectiveParameters} from '../../../lib/objectives/parameters/objective.ts'
import {evaluate, randomBatch} from '../evaluate.ts'
import {type Example, examples} from './examples.ts'
import {hasReference, referenceGradient, referenceLoss} from './reference.ts'

describe('losses equal loops over all pairs and triplets in float64, values and gradients', () => {
  const referenced = examples.filter(isPlain)
  for (const example of referenced) {
    test(example.title, async () => {
      const spec = objectiveParameters.parse(example.spec) as LossSpec
      for (const seed of [1, 2, 3]) {
        const {embeddings, labels} = randomBatch(10, 6, 4, seed)
        const teacher = randomBatch(10, 6, 1, seed + 50).embeddings
        const batch = {embeddings, labels, ...(example.teacher && {teacher})}
        const {loss, gradient} = await evaluate(example.spec, batch)
        const expected = referenceLoss(spec, batch)
        assert.ok(Math.abs(loss - expected) <= 1e-5 * Math.max(0.1, Math.abs(expected)), `${loss}, not ${expected}`)
        const slopes = referenceGradient(spec, batch)
        const largest = Math.max(...slopes.flat().map(Math.abs))
        gradient.flat().forEach((value, i) => {
          const wanted = slopes.flat()[i]!
          assert.ok(
            Math.abs(value - wanted) <= 5e-5 * Math.max(0.01, largest),
            `seed ${seed}, ${i}: ${value}, not ${wanted}`,
          )
        })
      }
    })
  }
})

/** Written out over all pairs of a batch, without penalties, boundaries a class, raw negatives. */
function isPlain({spec}: Example): boolean {
  const {loss, miner, regularizers, nu, raw_negatives, positives, memory} = spec
  return (
    hasReference(loss) &&
    [miner, regularizers, nu, raw_negatives, positives, memory].every((each) => each === undefined)
  )
}
