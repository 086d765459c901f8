import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {minerCards} from '../../../lib/objectives/miners/cards.ts'
import {randomBatch} from '../evaluate.ts'
import {assertFits, type Sample, uniform} from '../samplers/chi-square.ts'
import {type MiningCase, mineBatch, pairsOf, tripletsOf} from './mine.ts'
import {allOf, type Far, type Pair, type Triplet} from './rules.ts'

// All tests here: false alarm 1 in 10,000 for a right miner, were the seeds drawn anew.

/** Eight unit vectors on a circle: two classes of three, one of two; row 8 is alone in its class. */
const angles = [0, 40, 75, 20, 100, 160, 55, 130, 200]
const circle: MiningCase = {
  labels: [0, 0, 0, 1, 1, 1, 2, 2, 3],
  embeddings: angles.map((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]),
}
const chord: Far = (a, b) => 2 * Math.abs(Math.sin(((angles[a]! - angles[b]!) * Math.PI) / 360))
const {triplets, positives, negatives} = allOf(circle)
const anchors = [...new Set(triplets.map(([anchor]) => anchor))]
const of = (pairs: readonly Pair[], anchor: number) => pairs.flatMap(([a, other]) => (a === anchor ? [other] : []))

async function drawTriplets(spec: {name: string; [parameter: string]: unknown}, times: number): Promise<Triplet[][]> {
  return Promise.all(Array.from({length: times}, async (_, seed) => tripletsOf(await mineBatch(spec, circle, seed))))
}

/** One sample an anchor; `chances` of `positive negative`. */
function byAnchor(drawn: readonly Triplet[], chances: (anchor: number) => ReadonlyMap<string, number>): Sample[] {
  return anchors.map((anchor) => ({
    drawn: drawn.flatMap(([a, ...rest]) => (a === anchor ? [rest.join(' ')] : [])),
    chances: chances(anchor),
  }))
}

/** Chances of a positive and of a negative that may depend on it. */
function joint(
  ofPositive: ReadonlyMap<number, number>,
  ofNegative: (positive: number) => ReadonlyMap<number, number>,
): Map<string, number> {
  return new Map(
    [...ofPositive].flatMap(([positive, chance]) =>
      [...ofNegative(positive)].map(([negative, share]): [string, number] => [
        `${positive} ${negative}`,
        chance * share,
      ]),
    ),
  )
}

const equally = (items: readonly number[]) => new Map(items.map((item) => [item, 1 / items.length]))

describe('what is drawn has the chances that the rule says (chi-square, false alarm 1 in 10,000)', () => {
  test('random: as many different triplets as rows, every triplet equally often', async () => {
    const draws = await drawTriplets({name: 'random'}, 600)
    for (const drawn of draws) assert.equal(new Set(drawn.map(String)).size, 9)
    // Within a batch the draws depend on each other, so one of each counts.
    const one = draws.map((drawn, seed) => String(drawn[seed % 9]))
    assertFits({drawn: one, chances: uniform(triplets.map(String))})
  })

  test('random: all triplets where there are fewer than rows', async () => {
    const few: MiningCase = {labels: [0, 0, 1, 2], embeddings: [[1], [2], [3], [4]].map(([x]) => [x!, 1])}
    const {triplets: all} = allOf(few)
    assert.deepEqual(tripletsOf(await mineBatch({name: 'random'}, few)), all)
  })

  test('random with triplets_per_anchor: every positive and every negative of an anchor equally often, independently', async () => {
    const draws = await drawTriplets({name: 'random', triplets_per_anchor: 3}, 150)
    for (const drawn of draws) assert.equal(drawn.length, 3 * anchors.length)
    const chances = (anchor: number) => joint(equally(of(positives, anchor)), () => equally(of(negatives, anchor)))
    assertFits(...byAnchor(draws.flat(), chances))
  })

  test('semi-hard: every positive equally often, then every negative behind it within the margin, else any', async () => {
    const draws = await drawTriplets({name: 'semi-hard', margin: 0.5}, 500)
    for (const drawn of draws) assert.equal(drawn.length, anchors.length)
    const behind = (anchor: number, positive: number) => {
      const gap = (negative: number) => chord(anchor, negative) - chord(anchor, positive)
      const band = of(negatives, anchor).filter((negative) => gap(negative) > 0 && gap(negative) < 0.5)
      return equally(band.length > 0 ? band : of(negatives, anchor))
    }
    const chances = (anchor: number) => joint(equally(of(positives, anchor)), (positive) => behind(anchor, positive))
    assertFits(...byAnchor(draws.flat(), chances))
  })

  test('soft-hard: positives beyond the nearest negative, negatives before the farthest positive, independently', async () => {
    const draws = await drawTriplets({name: 'soft-hard'}, 500)
    const chances = (anchor: number) => {
      const [own, others] = [of(positives, anchor), of(negatives, anchor)]
      const nearest = Math.min(...others.map((negative) => chord(anchor, negative)))
      const farthest = Math.max(...own.map((positive) => chord(anchor, positive)))
      const far = own.filter((positive) => chord(anchor, positive) > nearest)
      const near = others.filter((negative) => chord(anchor, negative) < farthest)
      return joint(equally(far.length > 0 ? far : own), () => equally(near.length > 0 ? near : others))
    }
    assertFits(...byAnchor(draws.flat(), chances))
  })

  /** 1 / q(d) at two dimensions: d^0 (1 - d^2 / 4)^(1/2). */
  const byDistance = (anchor: number, candidates: readonly number[]) => {
    const weights = candidates.map((other) => Math.sqrt(1 - Math.max(chord(anchor, other), 0.5) ** 2 / 4))
    const total = weights.reduce((a, b) => a + b, 0)
    return new Map(candidates.map((other, i) => [other, weights[i]! / total]))
  }
  const near = (anchor: number) => of(negatives, anchor).filter((negative) => chord(anchor, negative) < 1.4)

  test('distance-weighted: negatives before the upper cut by the density of their distance, positives equally', async () => {
    const draws = await drawTriplets({name: 'distance-weighted', triplets_per_anchor: 2}, 300)
    const chances = (anchor: number) => joint(equally(of(positives, anchor)), () => byDistance(anchor, near(anchor)))
    assertFits(...byAnchor(draws.flat(), chances))
  })

  test('distance-weighted without the cut: all negatives, and as many triplets as the class has images', async () => {
    const spec = {name: 'distance-weighted', upper: null, triplets_per_anchor: null}
    const draws = await drawTriplets(spec, 600)
    for (const drawn of draws) assert.equal(drawn.length, 3 * 3 + 3 * 3 + 2 * 2)
    const chances = (anchor: number) =>
      joint(equally(of(positives, anchor)), () => byDistance(anchor, of(negatives, anchor)))
    assertFits(...byAnchor(draws.flat(), chances))
  })

  test('distance-weighted: an anchor whose negatives are all too far is left out, or gets any', async () => {
    const spec = {name: 'distance-weighted', upper: 0.51, triplets_per_anchor: 1}
    const lonely = anchors.filter((anchor) => of(negatives, anchor).every((other) => chord(anchor, other) > 0.51))
    assert.ok(lonely.length > 0)
    const skipped = (await drawTriplets(spec, 1)).flat().map(([anchor]) => anchor)
    assert.deepEqual(
      skipped,
      anchors.filter((anchor) => !lonely.includes(anchor)),
    )
    const drawn = (await drawTriplets({...spec, without_weight: 'any'}, 200)).flat()
    assertFits(
      ...lonely.map((anchor) => ({
        drawn: drawn.flatMap(([a, , negative]) => (a === anchor ? [String(negative)] : [])),
        chances: uniform(of(negatives, anchor).map(String)),
      })),
    )
  })

  test('n-pair: every ordered pair of a class equally often, negatives are the positives of the other classes', async () => {
    const samples = new Map<number, string[]>()
    for (let seed = 0; seed < 300; seed++) {
      const mined = await mineBatch({name: 'n-pair'}, circle, seed)
      const pairs = pairsOf(mined.positives)
      assert.equal(pairs.length, 3)
      for (const [anchor, positive] of pairs) {
        const label = circle.labels[anchor]!
        samples.set(label, [...(samples.get(label) ?? []), `${anchor} ${positive}`])
        const others = pairs.flatMap(([other, own]) => (other === anchor ? [] : [own]))
        assert.deepEqual(of(pairsOf(mined.negatives), anchor), others)
      }
    }
    const orderedPairs = (label: number) => positives.filter(([a]) => circle.labels[a] === label)
    assertFits(
      ...[...samples].map(([label, drawn]) => ({
        drawn,
        chances: uniform(orderedPairs(label).map(([a, p]) => `${a} ${p}`)),
      })),
    )
  })

  test('uniform-histogram: as many pairs of every bin that has any, every pair of a bin equally often', async () => {
    const spec = {name: 'uniform-histogram', bins: 4, positives_per_bin: 2, negatives_per_bin: 3}
    const draws = await Promise.all(Array.from({length: 1200}, (_, seed) => mineBatch(spec, circle, seed)))
    for (const [pairs, drawn, perBin] of [
      [positives, draws.map((mined) => pairsOf(mined.positives)), 2],
      [negatives, draws.map((mined) => pairsOf(mined.negatives)), 3],
    ] as const) {
      const all = pairs.map((pair) => chord(...pair))
      const [least, most] = [Math.min(...all), Math.max(...all)]
      const binOf = (pair: Pair) => Math.min(3, Math.floor((4 * (chord(...pair) - least)) / (most - least)))
      const bins = [...new Set(pairs.map(binOf))]
      for (const each of drawn) assert.equal(each.length, perBin * bins.length)
      assertFits(
        ...bins.map((bin) => ({
          drawn: drawn.flat().flatMap((pair) => (binOf(pair) === bin ? [String(pair)] : [])),
          chances: uniform(pairs.flatMap((pair) => (binOf(pair) === bin ? [String(pair)] : []))),
        })),
      )
    }
  })
})

describe('every miner', () => {
  for (const {name} of minerCards) {
    test(`${name}: the same seed gives the same tuples, and a batch without tuples gives none`, async () => {
      const batch = randomBatch(24, 6, 6, 3)
      const [first, again] = [await mineBatch({name}, batch, 5), await mineBatch({name}, batch, 5)]
      assert.deepEqual(pairsOf(first.positives), pairsOf(again.positives))
      assert.deepEqual(pairsOf(first.negatives), pairsOf(again.negatives))
      const oneClass = await mineBatch({name}, {...batch, labels: batch.labels.map(() => 0)})
      assert.deepEqual(pairsOf(oneClass.negatives), [])
      const oneEach = await mineBatch({name}, {...batch, labels: [...batch.labels.keys()]})
      assert.deepEqual(pairsOf(oneEach.positives), [])
      const alone = await mineBatch({name}, {embeddings: [[1, 0]], labels: [0]})
      assert.deepEqual([...pairsOf(alone.positives), ...pairsOf(alone.negatives)], [])
    })

    test(`${name}: identical embeddings, and a memory of references, give pairs of right classes`, async () => {
      const batch = randomBatch(16, 4, 4, 8)
      const references = randomBatch(9, 4, 5, 9)
      const columns = [...batch.labels, ...references.labels]
      for (const embeddings of [batch.embeddings, batch.embeddings.map(() => [1, 0, 0, 0])]) {
        const mined = await mineBatch({name}, {...batch, embeddings, references})
        for (const [a, p] of pairsOf(mined.positives)) assert.ok(a !== p && batch.labels[a] === columns[p])
        for (const [a, n] of pairsOf(mined.negatives)) assert.notEqual(batch.labels[a], columns[n])
      }
    })
  }
})
