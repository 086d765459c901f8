import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {distanceProbabilities} from '../../../lib/objectives/mining/distance-weights.ts'
import {golden} from '../../golden.ts'
import {type MiningCase, mineBatch, tripletsOf} from '../../objectives/miners/mine.ts'

interface Distribution {
  readonly id: string
  readonly case: string
  readonly library: string
  readonly params: {
    readonly k?: number
    readonly lower?: number
    readonly upper?: number | null
    readonly floor?: number
    readonly cutoff?: number
    readonly nonzero_loss_cutoff?: number
  }
  /** Row = anchor, column = negative. */
  readonly probabilities: (number | 'NaN')[][]
}

/** Distances to one anchor, among them some of its own class. */
interface Vector {
  readonly id: string
  readonly distances: number[]
  readonly same_class: number[]
  readonly probabilities_by_k: Readonly<Record<string, number[]>>
}

interface SemiHard {
  readonly anchor: number
  readonly positive: number
  readonly candidates: number[]
  readonly fallback_to_all_negatives: boolean
}

interface SoftHard {
  readonly anchor: number
  readonly positive_candidates: number[]
  readonly negative_candidates: number[]
}

const {cases, probabilities, candidate_sets} = golden('miners.json') as {
  cases: Record<string, MiningCase>
  probabilities: (Distribution | Vector)[]
  candidate_sets: {id: string; case: string; rows: unknown[]}[]
}

describe('chances of being drawn equal those of the references', () => {
  test('by distance, in every mode', (context) => {
    let [rows, entries] = [0, 0]
    for (const entry of probabilities) {
      entries++
      if ('distances' in entry) compareVector(entry)
      else rows += compareDistribution(entry)
    }
    assert.ok(rows > 0, 'no case')
    context.diagnostic(`${entries} cases, ${rows} anchors`)
  })

  test('semi-hard: the candidates of every anchor and positive', async (context) => {
    const own = candidate_sets.filter(({id}) => id.includes('/semihard/'))
    assert.ok(own.length > 0, 'no case')
    for (const {id, case: name, rows} of own) {
      const seen = await drawOften({name: 'semi-hard'}, cases[name]!, 1500)
      for (const row of rows as SemiHard[]) {
        const drawn = seen.filter(([anchor, positive]) => anchor === row.anchor && positive === row.positive)
        const expected = row.fallback_to_all_negatives ? negativesOf(cases[name]!, row.anchor) : row.candidates
        assert.deepEqual(distinct(drawn, 2), expected, `${id}, anchor ${row.anchor}, positive ${row.positive}`)
      }
    }
    context.diagnostic(`${own.length} cases`)
  })

  test('soft-hard: the candidates of every anchor', async (context) => {
    const own = candidate_sets.filter(({id}) => id.includes('/softhard/'))
    assert.ok(own.length > 0, 'no case')
    for (const {id, case: name, rows} of own) {
      const seen = await drawOften({name: 'soft-hard'}, cases[name]!, 600)
      for (const row of rows as SoftHard[]) {
        const drawn = seen.filter(([anchor]) => anchor === row.anchor)
        assert.deepEqual(distinct(drawn, 1), row.positive_candidates, `${id}, positives of ${row.anchor}`)
        assert.deepEqual(distinct(drawn, 2), row.negative_candidates, `${id}, negatives of ${row.anchor}`)
      }
    }
    context.diagnostic(`${own.length} cases`)
  })

  test('every kind of candidate set is run', () => {
    assert.deepEqual(
      candidate_sets.filter(({id}) => !/\/(semi|soft)hard\//.test(id)).map(({id}) => id),
      [],
    )
  })
})

/** Compares the rows of an entry, as its tolerances ask (fixtures' README); says how many there were. */
function compareDistribution({id, case: name, params, probabilities: expected}: Distribution): number {
  const {embeddings, labels} = cases[name]!
  const unit = embeddings.map((row) => {
    const length = Math.hypot(...row)
    return row.map((value) => value / length)
  })
  const {k: dim = embeddings[0]!.length, lower = params.cutoff!, floor = 0} = params
  const upper = params.upper === undefined ? params.nonzero_loss_cutoff! : params.upper
  for (const [anchor, row] of expected.entries()) {
    const negatives = negativesOf(cases[name]!, anchor)
    const dot = (other: number) => unit[anchor]!.reduce((sum, value, i) => sum + value * unit[other]![i]!, 0)
    const chances = distanceProbabilities(Float64Array.from(negatives, dot), {dim, lower, upper})
    if (row[0] === 'NaN') {
      assert.equal(chances, undefined, `${id}, anchor ${anchor} has no candidate`)
      continue
    }
    // RAML lets every image be drawn with at least that chance, those of the anchor's own class too; we do not.
    const share = 1 / (1 + floor * labels.length)
    const got = labels.map((_, other) => {
      const place = negatives.indexOf(other)
      return ((place === -1 ? 0 : chances![place]!) + floor) * share
    })
    compare(`${id}, anchor ${anchor}`, got, row as number[])
  }
  return expected.length
}

function compareVector({id, distances, same_class, probabilities_by_k}: Vector): void {
  for (const [name, expected] of Object.entries(probabilities_by_k)) {
    const candidates = [...distances.keys()].filter((place) => !same_class.includes(place))
    const similarities = Float64Array.from(candidates, (place) => 1 - distances[place]! ** 2 / 2)
    const law = {dim: Number(name.slice(1)), lower: 0.5, upper: null}
    const chances = distanceProbabilities(similarities, law)!
    const got = distances.map((_, place) => (candidates.includes(place) ? chances[candidates.indexOf(place)]! : 0))
    compare(`${id}, ${name}`, got, expected)
  }
}

function compare(what: string, got: readonly number[], expected: readonly number[]): void {
  for (const [place, value] of expected.entries()) {
    const error = Math.abs(got[place]! - value)
    assert.ok(error <= 1e-9, `${what}, negative ${place}: ${got[place]}, not ${value}`)
    if (value > 1e-30) assert.ok(error <= 1e-6 * value, `${what}, negative ${place}: ${got[place]}, not ${value}`)
  }
}

function negativesOf({labels}: MiningCase, anchor: number): number[] {
  return [...labels.keys()].filter((other) => labels[other] !== labels[anchor])
}

/** So many draws that a candidate of these cases is missed in fewer than one of a million runs; the seeds are fixed anyway. */
async function drawOften(spec: {readonly name: string}, batch: MiningCase, times: number) {
  const draws = await Promise.all(Array.from({length: times}, (_, seed) => mineBatch(spec, batch, seed)))
  return draws.flatMap(tripletsOf)
}

function distinct(triplets: readonly (readonly number[])[], column: 1 | 2): number[] {
  return [...new Set(triplets.map((triplet) => triplet[column]!))].sort((a, b) => a - b)
}
