// Mining over the epoch: what cnnimageretrieval walks, and the chances that images are drawn with by distance.
import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import {type DistanceLaw, isBeyond, logWeight} from '../../lib/objectives/neighbours/distance-weights.ts'
import {walkClusters} from '../../lib/objectives/neighbours/walk-clusters.ts'
import {golden} from '../golden.ts'

interface Params {
  readonly k: number
  readonly lower: number
  readonly upper: number | null
  readonly floor?: number
}

interface Probabilities {
  readonly id: string
  readonly case: string | null
  readonly params?: Params
  readonly probabilities?: (number | 'NaN')[][]
  readonly distances?: number[]
  readonly same_class?: number[]
  readonly probabilities_by_k?: Record<string, number[]>
}

const miners = golden('miners.json') as {
  readonly cases: Record<string, {readonly embeddings: number[][]; readonly labels: number[]}>
  readonly probabilities: Probabilities[]
  readonly nearest_negatives: {
    readonly labels: number[]
    readonly descriptors: number[][]
    readonly cir_hard_negatives: {readonly rows: {readonly query: number; readonly negatives: number[]}[]}
  }
}

test('the walk over clusters takes the images that cnnimageretrieval takes', async (context) => {
  const {labels, descriptors, cir_hard_negatives} = miners.nearest_negatives
  const set: DescriptorSet = {
    id: Int32Array.from(labels.keys()),
    label: Int32Array.from(labels),
    vectors: Float32Array.from(descriptors.flat()),
    dim: descriptors[0]!.length,
  }
  const cases = cir_hard_negatives.rows
  assert.ok(cases.length > 0, 'no case')
  for (const {query, negatives} of cases) {
    const mining = {negatives: negatives.length, pool_size: labels.length}
    const {rows} = await walkClusters(mining, Int32Array.of(query), {
      descriptors: set,
      images: set,
      epoch: 1,
      seed: [0],
    })
    assert.deepEqual([...rows.neighbour], negatives)
  }
  context.diagnostic(`${cases.length} queries`)
})

const byDistance = miners.probabilities.filter(({id, probabilities}) => /^(dmlb|raml)\//.test(id) && probabilities)

test('negatives have the chances that Deep-Metric-Learning-Baselines gives them, with and without the upper cut', (context) => {
  const entries = byDistance.filter(({id}) => id.startsWith('dmlb/'))
  assert.ok(entries.length > 0, 'no case')
  for (const {id, probabilities, ...entry} of entries) {
    for (const [row, expected] of probabilities!.entries()) {
      const chances = chancesOf(entry.case!, row, entry.params!)
      for (const [other, chance] of expected.entries()) {
        if (chance === 'NaN') assert.ok(Number.isNaN(chances[other]!), id)
        else
          assert.ok(Math.abs(chances[other]! - chance) < 1e-9, `${id}: ${row}, ${other}: ${chances[other]}, ${chance}`)
      }
    }
  }
  context.diagnostic(`${entries.length} cases`)
})

test('negatives at given distances have the chances of the formula', (context) => {
  const entries = miners.probabilities.filter(({distances}) => distances !== undefined)
  assert.ok(entries.length > 0, 'no case')
  for (const {id, distances, same_class, probabilities_by_k} of entries) {
    for (const [name, expected] of Object.entries(probabilities_by_k!)) {
      const law = {dim: Number(name.slice(1)), lower: 0.5, upper: null}
      const logs = distances!.map((distance, place) =>
        same_class!.includes(place) ? Number.NEGATIVE_INFINITY : logWeight(1 - distance ** 2 / 2, law),
      )
      for (const [place, chance] of normalise(logs).entries()) {
        assert.ok(Math.abs(chance - expected[place]!) < 1e-9, `${id} ${name}: ${place}: ${chance}, ${expected[place]}`)
      }
    }
  }
  context.diagnostic(`${entries.length} cases`)
})

test('RAML gives the same chances plus a floor, which lets it draw images of the class of the anchor; these are never drawn here', (context) => {
  const entries = byDistance.filter(({id}) => id.startsWith('raml/'))
  assert.ok(entries.length > 0, 'no case')
  for (const {id, probabilities, ...entry} of entries) {
    const {labels} = miners.cases[entry.case!]!
    const floor = entry.params!.floor!
    for (const [row, expected] of probabilities!.entries()) {
      const chances = chancesOf(entry.case!, row, entry.params!)
      for (const [other, chance] of expected.entries()) {
        const raised = (chances[other]! + floor) / (1 + labels.length * floor)
        assert.ok(Math.abs(raised - (chance as number)) < 1e-9, `${id}: ${row}, ${other}: ${raised}, ${chance}`)
        if (labels[other] !== labels[row]) continue
        assert.equal(chances[other], 0)
        assert.ok((chance as number) > 0)
      }
    }
  }
  context.diagnostic(`${entries.length} cases`)
})

/** Chance of every image of a case to be the negative of one of them; NaN everywhere when none has a weight. */
function chancesOf(name: string, row: number, {k, lower, upper}: Params): number[] {
  const {embeddings, labels} = miners.cases[name]!
  const law: DistanceLaw = {dim: k, lower, upper}
  const unit = embeddings.map((values) => values.map((value) => value / Math.hypot(...values)))
  const logs = unit.map((other, place) => {
    const similarity = other.reduce((sum, value, i) => sum + value * unit[row]![i]!, 0)
    return labels[place] === labels[row] || isBeyond(similarity, law)
      ? Number.NEGATIVE_INFINITY
      : logWeight(similarity, law)
  })
  return normalise(logs)
}

/** Chances from logarithms of weights. */
function normalise(logs: readonly number[]): number[] {
  const most = Math.max(...logs)
  const weights = logs.map((log) => Math.exp(log - most))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
