import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import {nearest} from '../../lib/engine/nearest.ts'
import {liveTensors} from '../../lib/engine/op.ts'
import {openRandom, type Random} from '../../lib/random.ts'

/** Rows of unit length round a few centres, so that some are near and classes mix. */
function randomSet(count: number, dim: number, classes: number, random: Random): DescriptorSet {
  const vectors = new Float32Array(count * dim)
  for (let row = 0; row < count; row++) {
    const values = Array.from({length: dim}, () => random.normal())
    const length = Math.hypot(...values)
    vectors.set(
      values.map((value) => value / length),
      row * dim,
    )
  }
  const id = Int32Array.from(random.shuffled([...Array(count).keys()]), (row) => row * 3)
  return {id, label: id.map(() => random.below(classes)), vectors, dim}
}

/** The definition, in float64: all distances, sorted, ties by ascending id. */
function definition(queries: DescriptorSet, references: DescriptorSet, k: number, exclude: 'self' | 'same-class') {
  return Array.from(queries.id, (id, query) => {
    const candidates = Array.from(references.id, (other, reference) => {
      let sum = 0
      for (let i = 0; i < queries.dim; i++) {
        sum += (queries.vectors[query * queries.dim + i]! - references.vectors[reference * queries.dim + i]!) ** 2
      }
      return {id: other, label: references.label[reference]!, distance: Math.sqrt(sum)}
    })
    return candidates
      .filter((other) => (exclude === 'self' ? other.id !== id : other.label !== queries.label[query]))
      .sort((a, b) => a.distance - b.distance || a.id - b.id)
      .slice(0, k)
  })
}

async function assertDefinition(
  queries: DescriptorSet,
  references: DescriptorSet,
  k: number,
  exclude: 'self' | 'same-class',
  memoryBytes = 2 ** 16,
): Promise<void> {
  const found = await nearest({queries, references, k, exclude, memoryBytes})
  const expected = definition(queries, references, k, exclude)
  const ids = expected.flatMap((row) => [...row.map(({id}) => id), ...Array(k - row.length).fill(-1)])
  assert.deepEqual([...found.ids], ids)
  const distances = expected.flatMap((row) => [
    ...row.map(({distance}) => distance),
    ...Array(k - row.length).fill(Number.NaN),
  ])
  for (const [i, distance] of distances.entries()) {
    assert.ok(Object.is(found.distances[i], distance) || Math.abs(found.distances[i]! - distance) < 1e-6)
  }
}

describe('exact neighbours', () => {
  test('equal the definition for any set, block size, k and exclusion', async () => {
    const searches = fc.record({
      count: fc.integer({min: 1, max: 150}),
      dim: fc.integer({min: 1, max: 20}),
      classes: fc.integer({min: 1, max: 12}),
      k: fc.integer({min: 1, max: 40}),
      exclude: fc.constantFrom('self' as const, 'same-class' as const),
      memoryBytes: fc.constantFrom(1, 2 ** 14, 2 ** 25),
      seed: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(searches, async ({count, dim, classes, k, exclude, memoryBytes, seed}) => {
        const set = randomSet(count, dim, classes, openRandom(seed))
        await assertDefinition(set, set, k, exclude, memoryBytes)
      }),
      {numRuns: 60},
    )
  })

  test('equal the definition when queries and references are different sets', async () => {
    const random = openRandom('two sets')
    const references = randomSet(300, 12, 7, random)
    const queries = randomSet(90, 12, 9, random)
    await assertDefinition(queries, references, 10, 'self')
    await assertDefinition(queries, references, 10, 'same-class')
  })

  test('with equal distances come by ascending id, even when there are more ties than a shortlist holds', async () => {
    const random = openRandom('ties')
    const set = randomSet(200, 6, 4, random)
    for (let row = 0; row < 120; row++) set.vectors.copyWithin(row * 6, 0, 6)
    await assertDefinition(set, set, 5, 'self')
    await assertDefinition(set, set, 5, 'same-class')
  })

  test('are found among descriptors that have all but collapsed into a point', async () => {
    const random = openRandom('collapse')
    const set = randomSet(150, 8, 5, random)
    set.vectors.forEach((value, i) => {
      set.vectors[i] = Math.sqrt(1 / 8) + 1e-5 * value
    })
    await assertDefinition(set, set, 7, 'same-class')
  })

  test('of large classes and large k are complete', async () => {
    const set = randomSet(400, 5, 2, openRandom('large classes'))
    await assertDefinition(set, set, 250, 'same-class')
    await assertDefinition(set, set, 399, 'self')
  })

  test('are not hidden by a large class that is nearer than they are', async () => {
    const random = openRandom('hidden')
    const set = randomSet(600, 8, 2, random)
    set.label.forEach((own, row) => {
      const centre = set.vectors.subarray(row * 8, (row + 1) * 8)
      centre[own] = centre[own]! + 3
    })
    await assertDefinition(set, set, 2, 'same-class', 2 ** 25)
  })

  test('do not depend on the block size, to the last bit', async () => {
    const set = randomSet(500, 32, 20, openRandom('blocks'))
    const search = (memoryBytes: number) =>
      nearest({queries: set, references: set, k: 9, exclude: 'same-class', memoryBytes})
    assert.deepEqual(await search(2 ** 15), await search(2 ** 25))
  })

  test('report progress up to the end and leave no tensor behind', async () => {
    const set = randomSet(200, 16, 5, openRandom('progress'))
    const before = liveTensors()
    const seen: [number, number][] = []
    await nearest({
      queries: set,
      references: set,
      k: 3,
      exclude: 'self',
      memoryBytes: 2 ** 14,
      onProgress: (done, total) => seen.push([done, total]),
    })
    assert.ok(seen.length > 3)
    assert.deepEqual(
      seen.map(([done]) => done),
      seen.map(([done]) => done).sort((a, b) => a - b),
    )
    assert.deepEqual(new Set(seen.map(([, total]) => total)), new Set([200]))
    assert.equal(seen.at(-1)![0], 200)
    assert.equal(liveTensors(), before)
  })

  test('of descriptors with NaN are refused', async () => {
    const set = randomSet(20, 4, 3, openRandom('nan'))
    set.vectors[5] = Number.NaN
    const refusal = {
      name: 'UserError',
      message: /^The descriptors to search hold NaN or infinite numbers/,
    }
    const sound = randomSet(20, 4, 3, openRandom('sound'))
    await assert.rejects(nearest({queries: set, references: set, k: 3, exclude: 'self'}), refusal)
    await assert.rejects(nearest({queries: set, references: sound, k: 3, exclude: 'self'}), refusal)
    await assert.rejects(nearest({queries: sound, references: set, k: 3, exclude: 'self'}), refusal)
  })
})
