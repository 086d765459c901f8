import assert from 'node:assert/strict'
import {test} from 'node:test'
import {concatenate} from '../../../lib/cli/evaluate/concatenate.ts'
import {openRandom} from '../../../lib/random.ts'
import {checkUnitVectors, readDescriptors, writeDescriptors} from '../../../lib/tables/descriptors.ts'
import {unit} from '../../metrics/naive.ts'
import {temporaryFolder} from '../../tables/fixtures.ts'

const random = openRandom('concatenate')
const id = Int32Array.of(3, 5, 8)
const draw = (dim: number) => unit(Array.from(id).map(() => Array.from({length: dim}, () => random.normal())))
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0)

test('cosines of concatenated descriptors are the means of the models’ cosines, whatever their lengths', async (t) => {
  const at = temporaryFolder(t)
  const models = [draw(2), draw(5), draw(3)]
  const paths = models.map((_, i) => at(`${i}.arrow`))
  for (const [i, rows] of models.entries())
    await writeDescriptors(paths[i]!, {id, dim: rows[0]!.length, vectors: Float32Array.from(rows.flat())})
  assert.equal(await concatenate(paths, at('all.arrow')), 10)
  assert.deepEqual(await checkUnitVectors(at('all.arrow')), [])
  const all = await readDescriptors(at('all.arrow'))
  assert.deepEqual([...all.id], [...id])
  const row = (i: number) => all.vectors.subarray(i * 10, (i + 1) * 10)
  for (const [a, b] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    const mean = models.reduce((sum, rows) => sum + dot(rows[a]!, rows[b]!), 0) / models.length
    assert.ok(Math.abs(dot(row(a), row(b)) - mean) < 1e-6)
  }
})

test('descriptors of other images are refused by file', async (t) => {
  const at = temporaryFolder(t)
  const vectors = Float32Array.of(1, 0, 0, 1, 1, 0)
  await writeDescriptors(at('a.arrow'), {id, dim: 2, vectors})
  await writeDescriptors(at('b.arrow'), {id: Int32Array.of(3, 5, 9), dim: 2, vectors})
  await assert.rejects(
    concatenate([at('a.arrow'), at('b.arrow')], at('c.arrow')),
    /a\.arrow and .*b\.arrow describe other images/,
  )
})
