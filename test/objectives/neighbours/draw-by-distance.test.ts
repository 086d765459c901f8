import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import type {DescriptorSet} from '../../../lib/engine/nearest/sets.ts'
import {type DistanceLaw, isBeyond, logWeight} from '../../../lib/objectives/neighbours/distance-weights.ts'
import {drawByDistance} from '../../../lib/objectives/neighbours/draw-by-distance.ts'
import {drawPlaces} from '../../../lib/objectives/neighbours/draw-places.ts'
import {drawPool} from '../../../lib/objectives/neighbours/pool.ts'
import type {MiningContext} from '../../../lib/objectives/samplers/sampler.ts'
import {openRandom} from '../../../lib/random.ts'
import {assertFits, orderedPairs, uniform} from '../samplers/chi-square.ts'

/** Cosine similarities at Euclidean distances of unit vectors. */
const at = (...distances: number[]) => Float64Array.from(distances, (distance) => 1 - distance ** 2 / 2)

/** Chance of every ordered pair when two are drawn one after the other, by the definition. */
function chancesOfPairs(
  similarities: Float64Array,
  labels: Int32Array,
  own: number,
  law: DistanceLaw,
): Map<string, number> {
  const weights = Array.from(similarities, (similarity, place) =>
    labels[place] === own || isBeyond(similarity, law) ? 0 : Math.exp(logWeight(similarity, law)),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return new Map(
    orderedPairs([...weights.keys()]).map((pair) => {
      const [first, second] = pair.split(' ').map((place) => weights[Number(place)]!)
      return [pair, second === 0 ? 0 : ((first! / total) * second!) / (total - first!)]
    }),
  )
}

const draws = (count: number, draw: (random: ReturnType<typeof openRandom>) => number[]) => {
  const random = openRandom('draws')
  return Array.from({length: count}, () => draw(random).join(' '))
}

describe('negatives drawn by distance', () => {
  const similarities = at(0.2, 0.7, 0.45, 1.1, 0.9, 1.5)
  const labels = Int32Array.of(7, 1, 2, 1, 3, 2)

  for (const [what, law] of [
    ['in 4 dimensions', {dim: 4, lower: 0.5, upper: null}],
    ['in 3 dimensions with an upper cut', {dim: 3, lower: 0.5, upper: 1.4}],
    ['in 2 dimensions', {dim: 2, lower: 0.3, upper: null}],
  ] as const) {
    test(`${what} come by the inverse density of their distance, without replacement (chi-square, false alarm 1 in 10,000)`, () => {
      const drawn = draws(20_000, (random) => drawPlaces(similarities, {labels, own: 7, count: 2, law}, random))
      assertFits({drawn, chances: chancesOfPairs(similarities, labels, 7, law)})
    })
  }

  test('in 512 dimensions are the nearest ones, however small the weights of all others', () => {
    // Weights fall by e^100 and more from one to the next: after the first is taken, the second is certain.
    const law = {dim: 512, lower: 0.5, upper: null}
    const similarities = at(0.6, 0.8, 1, 1.2)
    const draw = () =>
      drawPlaces(similarities, {labels: Int32Array.of(1, 1, 1, 1), own: 0, count: 4, law}, openRandom(1))
    assert.deepEqual(draw(), [0, 1, 2, 3])
  })

  test('are never of the class of the anchor, nor one whose chance is nothing beside that of another', () => {
    const set = fc.record({
      distances: fc.array(fc.double({min: 0.01, max: 1.99, noNaN: true}), {minLength: 3, maxLength: 40}),
      dim: fc.constantFrom(2, 3, 8, 64, 512),
      upper: fc.constantFrom(null, 1.4),
      seed: fc.nat(),
    })
    fc.assert(
      fc.property(set, ({distances, dim, upper, seed}) => {
        const law = {dim, lower: 0.5, upper}
        const similarities = at(...distances)
        const labels = Int32Array.from(distances, (_, place) => place % 3)
        const drawn = drawPlaces(similarities, {labels, own: 0, count: 2, law}, openRandom(seed))
        const all = Array.from(labels.keys()).filter((place) => labels[place] !== 0)
        const allowed = all.filter((place) => !isBeyond(similarities[place]!, law))
        assert.equal(new Set(drawn).size, Math.min(2, all.length))
        const log = (place: number) => logWeight(similarities[place]!, law)
        let rest = allowed
        for (const place of drawn) {
          assert.notEqual(labels[place], 0)
          // Nothing is drawn that has less than e^-60 of the chance of another one that was left.
          if (rest.length > 0) assert.ok(rest.includes(place) && log(place) > Math.max(...rest.map(log)) - 60)
          rest = rest.filter((other) => other !== place)
        }
      }),
      {numRuns: 500},
    )
  })

  test('beyond the upper cut come only where there are too few within, each equally often (chi-square, false alarm 1 in 10,000)', () => {
    const law = {dim: 4, lower: 0.5, upper: 0.8}
    const drawn = draws(3000, (random) => drawPlaces(similarities, {labels, own: 7, count: 3, law}, random))
    // Places 1 and 2 are within; 3, 4 and 5 are beyond.
    const third = drawn.map((places) => places.split(' ')[2]!)
    assertFits({drawn: third, chances: uniform(['3', '4', '5'])})
    assert.ok(drawn.every((places) => /^(1 2|2 1) /.test(places)))
  })

  test('of opposite vectors have a finite weight', () => {
    assert.ok(Number.isFinite(logWeight(-1, {dim: 512, lower: 0.5, upper: null})))
  })
})

test('a pool has every set of images equally often, and all images where there are no more (chi-square, false alarm 1 in 10,000)', () => {
  const pools = Array.from({length: 2000}, (_, seed) => [...drawPool(5, 2, [seed])].join(' '))
  const sets = orderedPairs([0, 1, 2, 3, 4]).filter((pair) => pair[0]! < pair[2]!)
  assertFits({drawn: pools, chances: uniform(sets)})
  assert.deepEqual([...drawPool(3, 20, [0])], [0, 1, 2])
})

describe('mining by distance', () => {
  /** Random unit vectors; label = row modulo classes. */
  const set = (count: number, classes: number, dim: number): DescriptorSet => {
    const random = openRandom('vectors')
    const rows = Array.from({length: count}, () => Array.from({length: dim}, () => random.normal()))
    const id = Int32Array.from({length: count}, (_, row) => 5 + 2 * row)
    const vectors = Float32Array.from(rows.flatMap((row) => row.map((value) => value / Math.hypot(...row))))
    return {id, label: Int32Array.from(rows.keys(), (row) => row % classes), vectors, dim}
  }
  const context = (descriptors: DescriptorSet, seed = 0): MiningContext => ({
    descriptors,
    images: descriptors,
    epoch: 1,
    seed: [seed],
  })
  const parameters = {negatives: 3, pool_size: 40, lower: 0.5, upper: null}

  test('gives the anchors asked for their negatives: nearest first, of other classes and of the pool, the same for the same seed', async () => {
    const descriptors = set(80, 5, 16)
    const anchors = Int32Array.from([0, 3, 70], (row) => descriptors.id[row]!)
    const {rows} = await drawByDistance(parameters, anchors, context(descriptors))
    assert.deepEqual(
      [...rows.anchor],
      [...anchors].flatMap((id) => [id, id, id]),
    )
    assert.deepEqual([...rows.rank], [0, 1, 2, 0, 1, 2, 0, 1, 2])
    const pool = new Set(Array.from(drawPool(80, 40, [0]), (row) => descriptors.id[row]!))
    rows.neighbour.forEach((neighbour, row) => {
      const [one, other] = [(rows.anchor[row]! - 5) / 2, (neighbour - 5) / 2]
      assert.notEqual(one % 5, other % 5)
      assert.ok(pool.has(neighbour))
      const difference = Array.from(
        {length: 16},
        (_, i) => descriptors.vectors[16 * one + i]! - descriptors.vectors[16 * other + i]!,
      )
      assert.ok(Math.abs(rows.distance[row]! - Math.hypot(...difference)) < 1e-6)
      if (rows.rank[row]! > 0) assert.ok(rows.distance[row]! >= rows.distance[row - 1]!)
    })
    assert.deepEqual(await drawByDistance(parameters, anchors, context(descriptors)), {rows})
    assert.notDeepEqual(
      (await drawByDistance(parameters, anchors, context(descriptors, 1))).rows.neighbour,
      rows.neighbour,
    )
  })

  test('draws through the engine as by definition (chi-square, false alarm 1 in 10,000)', async () => {
    const descriptors = set(6, 3, 3)
    const anchors = descriptors.id.slice(0, 1)
    const law = {dim: 3, lower: 0.5, upper: null}
    const similarities = Float64Array.from(descriptors.id, (_, row) =>
      [0, 1, 2].reduce((sum, i) => sum + descriptors.vectors[i]! * descriptors.vectors[3 * row + i]!, 0),
    )
    const drawn: string[] = []
    for (let seed = 0; seed < 3000; seed++) {
      const {rows} = await drawByDistance(
        {negatives: 2, pool_size: 6, lower: 0.5, upper: null},
        anchors,
        context(descriptors, seed),
      )
      drawn.push([...rows.neighbour].sort((a, b) => a - b).join(' '))
    }
    const chances = new Map<string, number>()
    for (const [pair, chance] of chancesOfPairs(similarities, descriptors.label, 0, law)) {
      const ids = pair.split(' ').map((row) => descriptors.id[Number(row)]!)
      const name = ids.sort((a, b) => a - b).join(' ')
      chances.set(name, (chances.get(name) ?? 0) + chance)
    }
    assertFits({drawn, chances})
  })

  test('refuses more negatives than the pool has for an anchor', async () => {
    const descriptors = set(6, 3, 4)
    await assert.rejects(drawByDistance({...parameters, negatives: 5}, descriptors.id, context(descriptors)), {
      name: 'UserError',
      message:
        'Image 5 of class 0 has 4 images of other classes in the pool of 6, but mining.negatives is 5. Lower it, or raise mining.pool_size.',
    })
  })
})
