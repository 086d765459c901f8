import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {golden} from '../../golden.ts'
import {type MiningCase, mineBatch, pairsOf, sorted, tripletsOf} from '../../objectives/miners/mine.ts'

interface Entry {
  readonly id: string
  readonly case: string
  readonly library: string
  readonly miner: string
  readonly params: Readonly<Record<string, unknown>>
  readonly triplets?: [number, number, number][]
  readonly positive_pairs?: [number, number][]
  readonly negative_pairs?: [number, number][]
}

const {cases, tuples} = golden('miners.json') as {cases: Record<string, MiningCase>; tuples: Entry[]}

/** How the miners of pytorch-metric-learning are said in our words. */
const ours: Readonly<Record<string, (entry: Entry) => {readonly name: string; readonly [parameter: string]: unknown}>> =
  {
    MultiSimilarityMiner: ({params}) => ({
      name: 'multi-similarity',
      epsilon: params.epsilon,
      ...distance(params, 'similarity'),
    }),
    TripletMarginMiner: ({params}) => ({
      name: 'triplet-margin',
      margin: params.margin,
      keeps: {all: 'violating', hard: 'hard', semihard: 'semi-hard', easy: 'easy'}[String(params.type_of_triplets)],
      ...distance(params),
    }),
    BatchHardMiner: ({params}) => ({name: 'batch-hard', ...distance(params)}),
    BatchEasyHardMiner: ({params}) => ({
      name: 'batch-easy-hard',
      positives: strategy(params.pos_strategy),
      negatives: strategy(params.neg_strategy),
      positive_range: params.allowed_pos_range ?? null,
      negative_range: params.allowed_neg_range ?? null,
      ...distance(params),
    }),
    PairMarginMiner: ({params}) => ({
      name: 'pair-margin',
      positive_margin: params.pos_margin,
      negative_margin: params.neg_margin,
      ...distance(params),
    }),
    AngularMiner: ({params, library}) => ({
      name: 'angular',
      angle: params.angle,
      normalise: library.endsWith('0.9.88'),
    }),
    HDCMiner: ({params}) => ({name: 'hdc', share: params.filter_percentage, ...distance(params)}),
  }

describe('mined tuples equal those of the reference libraries', () => {
  test('every miner of the file is run', (context) => {
    assert.deepEqual(
      [...new Set(tuples.map(({miner}) => miner))].filter((miner) => ours[miner] === undefined),
      [],
    )
    context.diagnostic(`${tuples.length} cases of ${new Set(tuples.map(({miner}) => miner)).size} miners`)
  })

  for (const [name, toSpec] of Object.entries(ours)) {
    test(name, async (context) => {
      const own = tuples.filter(({miner}) => miner === name)
      assert.ok(own.length > 0, `no case of ${name}`)
      for (const entry of own) {
        const mined = await mineBatch(toSpec(entry), cases[entry.case]!)
        if (entry.triplets !== undefined) assert.deepEqual(sorted(tripletsOf(mined)), entry.triplets, entry.id)
        else {
          const inOrder = name === 'HDCMiner' ? unordered : sorted
          assert.deepEqual(inOrder(pairsOf(mined.positives)), inOrder(entry.positive_pairs!), entry.id)
          assert.deepEqual(inOrder(pairsOf(mined.negatives)), inOrder(entry.negative_pairs!), entry.id)
        }
      }
      context.diagnostic(`${own.length} cases`)
    })
  }
})

/** Where the cut of HDCMiner falls between a pair and the same pair the other way round, PyTorch keeps either: they are equally far. */
function unordered(pairs: readonly [number, number][]): [number, number][] {
  return sorted(pairs.map(([a, b]) => [Math.min(a, b), Math.max(a, b)]))
}

function strategy(name: unknown): string {
  return name === 'semihard' ? 'semi-hard' : String(name)
}

function distance({distance: name, use_similarity: similarity}: Entry['params'], standard = 'euclidean') {
  const names: Readonly<Record<string, string>> = {LpDistance: 'euclidean', CosineSimilarity: 'similarity'}
  if (similarity === true) return {distance: {name: 'similarity'}}
  return {distance: {name: name === undefined ? standard : names[String(name)]!}}
}
