import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import {tf} from '../../../lib/engine/tensorflow.ts'
import type {Tuples} from '../../../lib/objectives/tuples.ts'
import {openRandom} from '../../../lib/random.ts'
import {type MiningCase, mineBatch, pairsOf, sorted, tripletsOf} from './mine.ts'
import {
  type All,
  allOf,
  angular,
  batchEasyHard,
  batchHard,
  type EasyHard,
  exactDistances,
  type Far,
  hardestShare,
  multiSimilarity,
  tripletMargin,
} from './rules.ts'

/** Small whole numbers: distances are exact in float32, equal ones frequent; classes of one image and batches of one class occur. */
const rowsOf = (least: number, most: number) =>
  fc
    .array(
      fc.tuple(fc.integer({min: 0, max: 3}), fc.array(fc.integer({min: -3, max: 3}), {minLength: 3, maxLength: 3})),
      {
        minLength: least,
        maxLength: most,
      },
    )
    .map((rows) => ({labels: rows.map(([label]) => label), embeddings: rows.map(([, vector]) => vector)}))
const batches: fc.Arbitrary<MiningCase> = fc
  .tuple(rowsOf(1, 12), fc.option(rowsOf(1, 5), {nil: undefined}))
  .map(([batch, references]) => ({...batch, ...(references && {references})}))

/** Distances that are exact for such embeddings. */
const distances = fc.constantFrom('squared' as const, 'similarity' as const)
const strategies = fc.constantFrom('hard', 'semi-hard', 'easy', 'all')
const range = fc.option(fc.tuple(fc.integer({min: -9, max: 9}), fc.integer({min: 9, max: 40})), {nil: null})

interface Rule {
  /** Parameters beside the distance. */
  readonly parameters: fc.Arbitrary<Record<string, unknown>>
  readonly distance: boolean
  readonly expected: (
    parameters: Record<string, unknown>,
    given: {all: All; far: Far; sign: 1 | -1; batch: MiningCase},
  ) => {positives: number[][]; negatives: number[][]} | number[][]
}

const rules: Readonly<Record<string, Rule>> = {
  'multi-similarity': {
    parameters: fc.record({epsilon: fc.constantFrom(0, 0.5, 2)}),
    distance: true,
    expected: ({epsilon}, {all, far}) => multiSimilarity(all, far, epsilon as number),
  },
  'pair-margin': {
    parameters: fc.record({
      positive_margin: fc.integer({min: -9, max: 9}),
      negative_margin: fc.integer({min: -9, max: 20}),
    }),
    distance: true,
    expected: ({positive_margin, negative_margin}, {all, far, sign}) => ({
      positives: all.positives.filter((pair) => far(...pair) > sign * (positive_margin as number)),
      negatives: all.negatives.filter((pair) => far(...pair) < sign * (negative_margin as number)),
    }),
  },
  'triplet-margin': {
    parameters: fc.record({
      margin: fc.constantFrom(0.5, 1, 4),
      keeps: fc.constantFrom('violating', 'hard', 'semi-hard', 'easy'),
    }),
    distance: true,
    expected: ({margin, keeps}, {all, far}) => tripletMargin(all, far, margin as number, keeps as string),
  },
  'batch-hard': {
    parameters: fc.constant({}),
    distance: true,
    expected: (_, {all, far}) => batchHard(all, far),
  },
  'batch-easy-hard': {
    parameters: fc
      .record({positives: strategies, negatives: strategies, positive_range: range, negative_range: range})
      .filter(({positives, negatives}) => {
        const both = [positives, negatives]
        return !both.includes('semi-hard') || both.includes('hard') || both.includes('easy')
      })
      .map((given) => ({
        ...given,
        ...(given.positives === 'all' && {positive_range: null}),
        ...(given.negatives === 'all' && {negative_range: null}),
      })),
    distance: true,
    expected: (parameters, {all, far, sign}) =>
      batchEasyHard(all, far, (...pair) => sign * far(...pair), parameters as unknown as EasyHard),
  },
  angular: {
    parameters: fc.record({angle: fc.constantFrom(10, 20, 35, 50), normalise: fc.constant(false)}),
    distance: false,
    expected: ({angle}, {all, batch}) => angular(all, batch, angle as number),
  },
  hdc: {
    parameters: fc.record({share: fc.constantFrom(0.1, 0.25, 0.5, 1)}),
    distance: true,
    expected: ({share}, {all, far}) => ({
      positives: hardestShare(all.positives, (pair) => far(...pair), share as number),
      negatives: hardestShare(all.negatives, (pair) => -far(...pair), share as number),
    }),
  },
}

describe('a miner keeps exactly what its rule says, as slow loops do, with equal distances, lone images, one class and references', () => {
  for (const [name, rule] of Object.entries(rules)) {
    test(name, async () => {
      const before = tf.memory().numTensors
      await fc.assert(
        fc.asyncProperty(batches, rule.parameters, distances, async (batch, parameters, kind) => {
          const spec = {name, ...parameters, ...(rule.distance && {distance: {name: kind, normalise: false}})}
          const far = exactDistances(batch)[kind]
          const sign = kind === 'similarity' ? -1 : 1
          const expected = rule.expected(parameters, {all: allOf(batch), far, sign, batch})
          assertEqual(await mineBatch(spec, batch), expected)
        }),
        {numRuns: 150},
      )
      assert.equal(tf.memory().numTensors, before, 'tensors are left behind')
    })
  }
})

describe('the order of the rows has no part in what is kept', () => {
  /** Distances without ties, which are broken by the order. */
  const distinct = fc
    .tuple(fc.integer({min: 0, max: 1000}), fc.shuffledSubarray([...Array(9).keys()], {minLength: 9}))
    .map(([seed, order]) => {
      const random = openRandom('rows', seed)
      const labels = [0, 0, 0, 1, 1, 2, 2, 2, 3]
      return {order, batch: {labels, embeddings: labels.map(() => [0, 1, 2, 3].map(() => random.normal()))}}
    })

  for (const name of Object.keys(rules).filter((name) => name !== 'hdc')) {
    test(name, async () => {
      await fc.assert(
        fc.asyncProperty(distinct, async ({order, batch}) => {
          const shuffled = {
            labels: order.map((row) => batch.labels[row]!),
            embeddings: order.map((row) => batch.embeddings[row]!),
          }
          const plain = await mineBatch({name}, batch)
          const back = await mineBatch({name}, shuffled)
          const renamed = (tuples: readonly number[][]) =>
            sorted(tuples.map((tuple) => tuple.map((row) => order[row]!)))
          if (plain.triplets === undefined) {
            assert.deepEqual(renamed(pairsOf(back.positives)), sorted(pairsOf(plain.positives)))
            assert.deepEqual(renamed(pairsOf(back.negatives)), sorted(pairsOf(plain.negatives)))
          } else assert.deepEqual(renamed(tripletsOf(back)), sorted(tripletsOf(plain)))
        }),
        {numRuns: 60},
      )
    })
  }
})

function assertEqual(mined: Tuples, expected: ReturnType<Rule['expected']>): void {
  if (Array.isArray(expected)) {
    assert.deepEqual(sorted(tripletsOf(mined)), sorted(expected))
    const pairs = (column: 1 | 2) => sorted(expected.map((triplet) => [triplet[0]!, triplet[column]!]))
    assert.deepEqual(sorted(pairsOf(mined.positives)), pairs(1), 'positives inside the triplets')
    assert.deepEqual(sorted(pairsOf(mined.negatives)), pairs(2), 'negatives inside the triplets')
    const counts = Array.from(mined.triplets!.counts.keys(), (row) => expected.filter(([a]) => a === row).length)
    assert.deepEqual([...mined.triplets!.counts], counts)
  } else {
    assert.deepEqual(sorted(pairsOf(mined.positives)), sorted(expected.positives))
    assert.deepEqual(sorted(pairsOf(mined.negatives)), sorted(expected.negatives))
  }
}
