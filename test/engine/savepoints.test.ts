import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {classRanks} from '../../lib/engine/class-ranks.ts'
import {kmeans} from '../../lib/engine/kmeans.ts'
import {meanGaussian} from '../../lib/engine/mean-kernel.ts'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import {nearest} from '../../lib/engine/nearest.ts'
import {liveTensors} from '../../lib/engine/op.ts'
import type {Arrays, Savepoints} from '../../lib/engine/savepoints.ts'
import {openRandom} from '../../lib/random.ts'

/** Unit vectors of some classes, with copies. */
function someImages(count: number, dim: number, classes: number): DescriptorSet {
  const random = openRandom('savepoints', count)
  const vectors = Float32Array.from({length: count * dim}, () => random.normal() / Math.sqrt(dim))
  vectors.copyWithin(5 * dim, 0, dim)
  const id = Int32Array.from({length: count}, (_, row) => 2 * row)
  return {id, label: id.map(() => random.below(classes)), vectors, dim}
}

class Killed extends Error {}

/** Saves after every unit, and kills the work after `units` of them. */
function memory() {
  let saved: {place: readonly number[]; arrays: Record<string, Arrays[string]>} | undefined
  const open = (units: number): Savepoints => {
    let left = units
    const reach = async (place: readonly number[], arrays: Arrays) => {
      saved = {
        place: [...place],
        arrays: Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, values.slice()])),
      }
      if (--left === 0) throw new Killed()
    }
    return {
      reached: saved?.place,
      restore: async (arrays) => {
        for (const [name, values] of Object.entries(arrays)) {
          assert.equal(values.length, saved!.arrays[name]!.length)
          values.set(saved!.arrays[name]!)
        }
      },
      reach,
      finish: reach,
    }
  }
  return {open}
}

/** Kills the work after each unit of work in turn; returns how it ended at last, and how often it was killed. */
async function killOften<T>(work: (savepoints: Savepoints) => Promise<T>, units = 1): Promise<{end: T; kills: number}> {
  const {open} = memory()
  for (let kills = 0; ; kills++) {
    try {
      return {end: await work(open(units)), kills}
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
  }
}

describe('work that is killed after every unit and goes on ends as if it had not been:', () => {
  const set = someImages(150, 6, 12)
  const gallery = someImages(110, 6, 12)
  const memoryBytes = 2 ** 13

  for (const [title, references] of [
    ['in a set', set],
    ['in a gallery', {...gallery, id: gallery.id.map((id) => id + 1)}],
  ] as const) {
    test(`exact neighbours ${title}`, async () => {
      const request = {queries: set, references, k: 7, exclude: 'self', memoryBytes} as const
      const {end, kills} = await killOften((savepoints) => nearest({...request, savepoints}))
      assert.deepEqual(end, await nearest(request))
      assert.ok(kills > 14, `${kills} kills`)
    })

    test(`ranks of a class ${title}, however many parts they come in`, async () => {
      for (const pairs of [1, 400, 2 ** 24]) {
        const request = {queries: set, references, memoryBytes, pairs}
        const collect = async (savepoints?: Savepoints) => {
          // What is made of the parts is saved with them.
          const [first, nearestIds] = [new Int32Array(set.id.length), new Int32Array(set.id.length)]
          if (savepoints?.reached) await savepoints.restore({first, own: nearestIds})
          const withOwn = savepoints && {
            ...savepoints,
            reach: (place: readonly number[], arrays: Arrays) =>
              savepoints.reach(place, {...arrays, first, own: nearestIds}),
            finish: (place: readonly number[], arrays: Arrays) =>
              savepoints.finish(place, {...arrays, first, own: nearestIds}),
          }
          for await (const part of classRanks({...request, ...(withOwn && {savepoints: withOwn})}))
            for (const [query, row] of part.rows.entries()) {
              assert.equal(first[row], 0, 'no part comes twice')
              first[row] = part.ranks[part.offsets[query]!] ?? -1
              nearestIds[row] = part.nearestIds[query]!
            }
          return {first, nearestIds}
        }
        const {end, kills} = await killOften(collect)
        assert.deepEqual(end, await collect())
        assert.ok(kills > 14, `${kills} kills`)
      }
    })
  }

  test('k-means from both starts, also where all items are the same', async () => {
    const same = {...set, vectors: new Float32Array(set.vectors.length).fill(0.5)}
    for (const {vectors} of [set, same])
      for (const start of ['random', 'plus-plus'] as const) {
        const run = (savepoints?: Savepoints) =>
          kmeans({
            vectors,
            dim: 6,
            clusters: 9,
            start,
            random: openRandom('k-means'),
            ...(savepoints && {savepoints}),
          })
        const {end, kills} = await killOften(run)
        assert.deepEqual(end, await run())
        assert.ok(kills > (start === 'random' ? 1 : 8), `${kills} kills`)
      }
  })

  test('the mean over all pairs, and no tensor is left behind by a kill', async () => {
    const big = someImages(5000, 4, 3)
    const before = liveTensors()
    const {end, kills} = await killOften((savepoints) => meanGaussian(big, {savepoints}))
    assert.equal(end, await meanGaussian(big))
    assert.equal(kills, 6)
    assert.equal(liveTensors(), before)
  })
})
