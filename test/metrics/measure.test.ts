import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import {type ChosenMetric, chooseMetrics} from '../../lib/metrics/choose.ts'
import {type ConventionName, conventionNames, conventions} from '../../lib/metrics/conventions.ts'
import {countEarlierDuplicates, dropFirstColumn} from '../../lib/metrics/first-column.ts'
import {countRelevant} from '../../lib/metrics/hits.ts'
import {meanOf, measureQueries, openValues} from '../../lib/metrics/measure.ts'
import {retrievalNames} from '../../lib/metrics/names.ts'
import {openRandom} from '../../lib/random.ts'
import {hitsIn, type Set as Images, rankAll} from './naive.ts'

const k = [1, 3, 50]

/** Few points, so that distances tie and vectors repeat; classes of any size, also alone, also a single one. */
const sets = fc.record({
  count: fc.integer({min: 1, max: 40}),
  classes: fc.integer({min: 1, max: 15}),
  places: fc.constantFrom(2, 5, 1000),
  gallery: fc.option(fc.integer({min: 1, max: 40}), {nil: undefined}),
  seed: fc.nat(),
})

describe('over a set', () => {
  test('every metric of every convention equals the slow definition', () => {
    fc.assert(
      fc.property(sets, fc.constantFrom(...conventionNames), (made, convention) => {
        const {queries, references} = makeImages(made)
        const chosen = chooseMetrics({names: [...retrievalNames], k, convention})
        const found = measureAll(queries, references, chosen, convention)
        const expected = slowDefinition(queries, references, convention)
        for (const {name} of chosen) {
          found.get(name)!.forEach((value, query) => {
            const slow = expected[query]![name]!
            assert.ok(
              Object.is(value, slow) || Math.abs(value - slow) < 1e-12,
              `${convention} ${name}, query ${query}: ${value}, not ${slow}`,
            )
          })
        }
      }),
      {numRuns: 400},
    )
  })

  test('the order in which rows come does not matter', () => {
    fc.assert(
      fc.property(sets, (made) => {
        const {queries, references} = makeImages({...made, gallery: undefined})
        const order = openRandom(made.seed, 'order').shuffled([...queries.id.keys()])
        const pick = <T>(list: readonly T[]) => order.map((row) => list[row]!)
        const other = {id: pick(queries.id), label: pick(queries.label), vectors: pick(queries.vectors)}
        const chosen = chooseMetrics({names: ['map_at_r', 'mean_average_precision'], k, convention: 'exact'})
        const [here, there] = [
          measureAll(queries, references, chosen, 'exact'),
          measureAll(other, other, chosen, 'exact'),
        ]
        for (const {name} of chosen) assert.deepEqual([...there.get(name)!], pick([...here.get(name)!]))
      }),
    )
  })

  test('relevant are the other images of the class: not the query under its id, and nobody in an empty gallery', () => {
    const queries = {id: Int32Array.of(1, 2, 3), label: Int32Array.of(0, 0, 7)}
    const gallery = {id: Int32Array.of(2, 8, 9), label: Int32Array.of(0, 0, 0)}
    assert.deepEqual([...countRelevant(queries, queries)], [1, 1, 0])
    assert.deepEqual([...countRelevant(queries, gallery)], [3, 2, 0])
    assert.deepEqual([...countRelevant(queries, {id: new Int32Array(), label: new Int32Array()})], [0, 0, 0])
  })

  test('means count the queries that are not left out; classes weigh alike in the mean over classes', () => {
    const values = Float64Array.of(1, 0, 0, 1, Number.NaN)
    assert.deepEqual(meanOf(values, Int32Array.of(5, 5, 5, 6, 7)), {
      queries: 4,
      overQueries: 2 / 4,
      classes: 2,
      overClasses: (1 / 3 + 1) / 2,
    })
    assert.ok(Number.isNaN(meanOf(Float64Array.of(Number.NaN), Int32Array.of(1)).overQueries))
  })
})

function measureAll(queries: Images, references: Images, chosen: readonly ChosenMetric[], convention: ConventionName) {
  const values = openValues(chosen, queries.id.length)
  const hits = hitsIn(rankAll(queries, references), queries, references)
  const byColumn = conventions[convention].self === 'first-column' && queries === references
  const vectors = Float32Array.from(queries.vectors.flat())
  const own = byColumn ? dropFirstColumn(hits, countEarlierDuplicates({vectors, dim: 2})) : hits
  measureQueries(chosen, {...own, depth: Math.min(own.depth, conventions[convention].depth ?? Infinity)}, values)
  return values
}

function makeImages({
  count,
  classes,
  places,
  gallery,
  seed,
}: {
  count: number
  classes: number
  places: number
  gallery: number | undefined
  seed: number
}): {queries: Images; references: Images} {
  const random = openRandom('measure', seed)
  const draw = (size: number, firstId: number): Images => {
    const rows = Array.from({length: size}, (_, row) => row)
    return {
      id: rows.map((row) => firstId + 7 * row),
      label: rows.map(() => random.below(classes)),
      vectors: rows.map(() => {
        const angle = (random.below(places) * 2 * Math.PI) / places
        return [Math.fround(Math.cos(angle)), Math.fround(Math.sin(angle))]
      }),
    }
  }
  const queries = draw(count, 1)
  return {queries, references: gallery === undefined ? queries : draw(gallery, 1000)}
}

/** Every metric straight from its definition over the whole list of right and wrong neighbours. */
function slowDefinition(queries: Images, references: Images, convention: ConventionName): Record<string, number>[] {
  const {self, withoutRelevant} = conventions[convention]
  const within = queries === references
  const dropsColumn = self === 'first-column' && within
  const rankings = rankAll(queries, references, {withoutSelf: !dropsColumn})
  return rankings.map((whole, query) => {
    const ranking = dropsColumn ? whole.slice(1) : whole
    const own = queries.label[query]!
    const right = ranking.map((id) => Number(references.label[references.id.indexOf(id)] === own))
    const relevant = references.label.filter((label) => label === own).length - (within ? 1 : 0)
    const values = relevant === 0 && withoutRelevant === 'left-out' ? {} : slowValues(right, relevant, convention)
    const missing = withoutRelevant === 'left-out' && relevant === 0 ? Number.NaN : 0
    return new Proxy(values, {
      get: (all, name: string) => {
        if (convention === 'oml' && relevant === 0 && name.startsWith('precision_at_')) return Number.NaN
        const value = all[name]
        return value === undefined || Number.isNaN(value) ? missing : value
      },
    })
  })
}

function slowValues(right: number[], relevant: number, convention: ConventionName): Record<string, number> {
  const hitsIn = (places: number) => right.slice(0, places).reduce((sum, hit) => sum + hit, 0)
  const precisions = (places: number) =>
    right.slice(0, places).reduce((sum, hit, i) => sum + (hit * hitsIn(i + 1)) / (i + 1), 0)
  const trapezoids = (places: number) =>
    right
      .slice(0, places)
      .reduce((sum, hit, i) => sum + (hit * ((i === 0 ? 1 : hitsIn(i) / i) + hitsIn(i + 1) / (i + 1))) / 2, 0)
  const first = right.indexOf(1)
  const values: Record<string, number> = {
    r_precision: hitsIn(relevant) / relevant,
    map_at_r: precisions(relevant) / relevant,
    mean_average_precision: precisions(Infinity) / relevant,
    trapezoidal_map: trapezoids(Infinity) / relevant,
    mean_reciprocal_rank: first < 0 ? 0 : 1 / (first + 1),
    map_c: precisions(relevant + 1) / (relevant + 1),
    map_lim: precisions(1023) / (relevant + 1),
    map_1000: precisions(1000) / (relevant + 1),
  }
  for (const each of k) {
    const last = Math.min(right.lastIndexOf(1) + 1 || each, each)
    const found = hitsIn(each)
    values[`recall_at_${each}`] = Number(found > 0)
    values[`cmc_at_${each}`] = Number(found > 0)
    values[`precision_at_${each}`] =
      convention === 'raml' ? hitsIn(last) / last : found / (convention === 'oml' ? Math.min(relevant, each) : each)
    values[`map_at_${each}`] =
      convention === 'raml'
        ? trapezoids(each) / Math.min(relevant, each)
        : convention === 'oml'
          ? found === 0
            ? 0
            : precisions(each) / found
          : precisions(each) / Math.min(relevant, each)
  }
  return values
}
