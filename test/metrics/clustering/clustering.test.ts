import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {countOverlaps} from '../../../lib/metrics/clustering/contingency.ts'
import {
  adjustedMutualInformation,
  normalisedMutualInformation,
} from '../../../lib/metrics/clustering/mutual-information.ts'
import {countPairs, pairwiseF1} from '../../../lib/metrics/clustering/pairwise-f1.ts'
import {openRandom} from '../../../lib/random.ts'

const partition = fc.array(fc.integer({min: 0, max: 4}), {minLength: 2, maxLength: 7})
const overlapOf = (classes: readonly number[], clusters: readonly number[]) =>
  countOverlaps(Int32Array.from(classes), Int32Array.from(clusters))

test('pairs and their F1 equal a count over all pairs', () => {
  fc.assert(
    fc.property(partition, fc.nat(), (classes, seed) => {
      const random = openRandom(seed)
      const clusters = classes.map(() => random.below(3))
      const pairs = classes.flatMap((_, i) => classes.slice(0, i).map((_, j) => [i, j] as const))
      const count = (test: (i: number, j: number) => boolean) => pairs.filter(([i, j]) => test(i, j)).length
      const sameClass = count((i, j) => classes[i] === classes[j])
      const sameCluster = count((i, j) => clusters[i] === clusters[j])
      const truePositive = count((i, j) => classes[i] === classes[j] && clusters[i] === clusters[j])
      assert.deepEqual(countPairs(overlapOf(classes, clusters)), {truePositive, sameClass, sameCluster})
    }),
  )
  assert.equal(pairwiseF1({truePositive: 5, sameClass: 7, sameCluster: 13}), (2 * 5) / 20)
  assert.equal(pairwiseF1({truePositive: 0, sameClass: 0, sameCluster: 0}), 0)
})

test('the expected mutual information is the mean over all orders of the clusters, so AMI averages 0', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({min: 0, max: 2}), {minLength: 3, maxLength: 6}),
      fc.array(fc.integer({min: 0, max: 2}), {minLength: 6, maxLength: 6}),
      (classes, drawn) => {
        const clusters = drawn.slice(0, classes.length)
        const isSplit = new Set(classes).size > 1 && new Set(clusters).size > 1
        const singles = new Set(classes).size === classes.length || new Set(clusters).size === clusters.length
        fc.pre(isSplit && !singles)
        const all = permutations(clusters).map((order) => adjustedMutualInformation(overlapOf(classes, order), 'max'))
        assert.ok(Math.abs(all.reduce((sum, value) => sum + value, 0) / all.length) < 1e-9)
      },
    ),
    {numRuns: 30},
  )
})

test('the classes themselves score 1 under any names and averages, and one cluster for all scores 0', () => {
  const classes = [0, 0, 1, 1, 2, 2, 2]
  const renamed = classes.map((own) => 10 - own)
  const one = classes.map(() => 5)
  for (const averaging of ['arithmetic', 'geometric', 'max', 'min'] as const) {
    for (const measure of [normalisedMutualInformation, adjustedMutualInformation])
      assert.ok(Math.abs(measure(overlapOf(classes, renamed), averaging) - 1) < 1e-12)
    assert.equal(normalisedMutualInformation(overlapOf(classes, one), averaging), 0)
    assert.equal(normalisedMutualInformation(overlapOf(one, one), averaging), 1)
    assert.equal(adjustedMutualInformation(overlapOf(one, one), averaging), 1)
    assert.equal(adjustedMutualInformation(overlapOf([1, 2, 3], [3, 2, 1]), averaging), 1)
  }
})

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]))
}
