import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import {classRanks} from '../../lib/engine/class-ranks.ts'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import {liveTensors} from '../../lib/engine/op.ts'
import {openRandom, type Random} from '../../lib/random.ts'

/** Unit vectors, some of them exact copies of others, ids in no order. */
function randomSet(count: number, dim: number, classes: number, copies: number, random: Random): DescriptorSet {
  const vectors = new Float32Array(count * dim)
  for (let row = 0; row < count; row++) {
    const values = Array.from({length: dim}, () => random.normal())
    const length = Math.hypot(...values)
    vectors.set(
      values.map((value) => value / length),
      row * dim,
    )
  }
  for (let copy = 0; copy < copies; copy++) {
    const from = random.below(count)
    vectors.copyWithin(random.below(count) * dim, from * dim, (from + 1) * dim)
  }
  const id = Int32Array.from(random.shuffled([...Array(count).keys()]), (row) => row * 3)
  return {id, label: id.map(() => random.below(classes)), vectors, dim}
}

interface Found {
  readonly ranks: readonly number[]
  readonly nearest: number
  readonly distance: number
}

/** All distances in float64, sorted, ties by ascending id; the ranks of the query's class, and who is nearest. */
function definition(queries: DescriptorSet, references: DescriptorSet): Found[] {
  return Array.from(queries.id, (id, query) => {
    const others = Array.from(references.id, (other, reference) => {
      let sum = 0
      for (let i = 0; i < queries.dim; i++)
        sum += (queries.vectors[query * queries.dim + i]! - references.vectors[reference * queries.dim + i]!) ** 2
      return {id: other, label: references.label[reference]!, distance: Math.sqrt(sum)}
    })
    const ranking = others.filter((other) => other.id !== id).sort((a, b) => a.distance - b.distance || a.id - b.id)
    return {
      ranks: ranking.flatMap(({label}, i) => (label === queries.label[query] ? [i + 1] : [])),
      nearest: ranking[0]?.id ?? -1,
      distance: ranking[0]?.distance ?? Number.POSITIVE_INFINITY,
    }
  })
}

/** Sums of squares in another order differ in the last bit. */
function assertFound(found: readonly Found[], expected: readonly Found[]): void {
  const withoutDistance = (all: readonly Found[]) => all.map(({ranks, nearest}) => ({ranks, nearest}))
  assert.deepEqual(withoutDistance(found), withoutDistance(expected))
  for (const [row, {distance}] of found.entries())
    assert.ok(distance === expected[row]!.distance || Math.abs(distance - expected[row]!.distance) < 1e-12)
}

async function find(queries: DescriptorSet, references: DescriptorSet, memoryBytes: number, pairs: number) {
  const found: Found[] = []
  for await (const part of classRanks({queries, references, memoryBytes, pairs})) {
    for (const [query, row] of part.rows.entries()) {
      const ranks = [...part.ranks.subarray(part.offsets[query], part.offsets[query + 1])]
      assert.equal(part.relevant[query], ranks.length)
      found[row] = {ranks, nearest: part.nearestIds[query]!, distance: part.nearestDistances[query]!}
    }
  }
  return found
}

const sizes = {
  count: fc.integer({min: 1, max: 150}),
  dim: fc.integer({min: 1, max: 12}),
  classes: fc.integer({min: 1, max: 12}),
  copies: fc.constantFrom(0, 10, 200),
  memoryBytes: fc.constantFrom(1, 2 ** 14, 2 ** 25),
  pairs: fc.constantFrom(1, 300, 2 ** 24),
  seed: fc.nat(),
}

describe('exact ranks of the images of a class', () => {
  test('equal the definition inside a set, with ties and copies, for any block size and any number held at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(sizes), async ({count, dim, classes, copies, memoryBytes, pairs, seed}) => {
        const set = randomSet(count, dim, classes, copies, openRandom(seed))
        assertFound(await find(set, set, memoryBytes, pairs), definition(set, set))
      }),
      {numRuns: 80},
    )
  })

  test('equal the definition among other images, some of which are the query again under its id', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(sizes), async ({count, dim, classes, copies, memoryBytes, pairs, seed}) => {
        const random = openRandom(seed)
        const references = randomSet(count, dim, classes, copies, random)
        const queries = randomSet(1 + random.below(90), dim, classes, 0, random)
        const labelOf = new Map(Array.from(references.id, (id, row) => [id, references.label[row]!]))
        queries.label.set(queries.label.map((own, row) => labelOf.get(queries.id[row]!) ?? own))
        assertFound(await find(queries, references, memoryBytes, pairs), definition(queries, references))
      }),
      {numRuns: 60},
    )
  })

  test('are right where descriptors have all but collapsed into a point', async () => {
    const set = randomSet(150, 8, 5, 0, openRandom('collapse'))
    set.vectors.forEach((value, i) => {
      set.vectors[i] = Math.sqrt(1 / 8) + 1e-5 * value
    })
    assertFound(await find(set, set, 2 ** 14, 2 ** 24), definition(set, set))
  })

  test('come with progress up to the end, and no tensor is left behind', async () => {
    const set = randomSet(200, 16, 5, 0, openRandom('progress'))
    const before = liveTensors()
    const seen: number[] = []
    for await (const _ of classRanks({
      queries: set,
      references: set,
      memoryBytes: 2 ** 14,
      pairs: 1000,
      onProgress: (done) => seen.push(done),
    }));
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    )
    assert.equal(seen.at(-1), 200)
    assert.equal(liveTensors(), before)
  })
})
