import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {describe, type TestContext, test} from 'node:test'
import {tableFromArrays, tableToIPC} from 'apache-arrow'
import {temporaryFolder, writeSomeImages} from '../../tables/fixtures.ts'
import {writeArrow, writeNpy} from './files.ts'
import {type At, evaluate} from './rig.ts'

describe('the stage evaluate refuses', () => {
  const refused = async (t: TestContext, make: (at: At) => Record<string, string>, message: RegExp, split = 'val') => {
    const at = temporaryFolder(t)
    await assert.rejects(evaluate(at, make(at), {names: ['precision_at_1']}, split), (error: Error) => {
      assert.equal(error.name, 'UserError', error.stack)
      assert.match(error.message, message)
      return true
    })
  }
  const vector = [
    [1, 0],
    [0, 1],
  ]

  test('numbers that are not finite and vectors of zeros, by their rows', async (t) => {
    await refused(
      t,
      (at) => ({
        descriptors: writeNpy(at('x.npy'), [
          [1, 0],
          [Number.NaN, 1],
          [0, 0],
          [Infinity, 0],
        ]),
        labels: writeNpy(at('l.npy'), [0, 0, 1, 1]),
      }),
      /x\.npy has numbers that are not finite in rows 1, 3; nothing but zeros, which have no direction, in rows 2/,
    )
  })

  test('ids that come twice or are none, by their rows', async (t) => {
    await refused(
      t,
      (at) => ({
        descriptors: writeArrow(at('x.arrow'), {id: [4, 5, 4], label: [0, 0, 1], vector: [...vector, [1, 1]]}),
      }),
      /x\.arrow has ids more than once: id 4 in rows 0 and 2\. Every image needs an id of its own\./,
    )
    await refused(
      t,
      (at) => ({descriptors: writeArrow(at('x.arrow'), {id: [-4, 5], label: [0, 0], vector})}),
      /ids that are no whole numbers from 0 to 2147483647: row 0: -4/,
    )
  })

  test('a split with no queries, naming those there are', async (t) => {
    const at = temporaryFolder(t)
    const images = await writeSomeImages(at('images.arrow'), {split: Array(8).fill('train')})
    await refused(
      t,
      (own) => ({images, descriptors: writeArrow(own('x.arrow'), {id: [1, 2], vector})}),
      /Split test of .*images\.arrow has no image to ask with; it has train\. Choose one of these/,
      'test',
    )
    await refused(
      t,
      (own) => ({
        descriptors: writeArrow(own('x.arrow'), {id: [1, 2], vector}),
        labels: writeArrow(own('l.arrow'), {id: [1, 2], label: [0, 0], split: ['dev', 'dev']}),
      }),
      /Split val of .*l\.arrow has no image to ask with; it has dev\./,
    )
  })

  test('descriptors and classes that do not belong together, by id and by row', async (t) => {
    await refused(
      t,
      (at) => ({
        descriptors: writeArrow(at('x.arrow'), {id: [1, 2], vector}),
        labels: writeArrow(at('l.arrow'), {id: [2, 3], label: ['a', 'b']}),
      }),
      /has descriptors of images without a class in .*l\.arrow: 1; it lacks images that .*l\.arrow has: 3\./,
    )
    await refused(
      t,
      (at) => ({descriptors: writeNpy(at('x.npy'), vector), labels: writeNpy(at('l.npy'), [0, 0, 1])}),
      /x\.npy has 2 descriptors and .*l\.npy 3 classes, and they are not joined by id/,
    )
  })

  test('a gallery in which there is nobody, and no queries at all', async (t) => {
    const make = (queries: readonly number[][], gallery: readonly number[][]) => (at: At) => ({
      descriptors: writeNpy(at('q.npy'), queries, 2),
      labels: writeNpy(
        at('ql.npy'),
        queries.map(() => 0),
      ),
      gallery: writeNpy(at('g.npy'), gallery, 2),
      gallery_labels: writeNpy(
        at('gl.npy'),
        gallery.map(() => 0),
      ),
    })
    await refused(t, make(vector, []), /The gallery .*g\.npy is empty: nobody can be found\./)
    await refused(t, make([], vector), /q\.npy has no descriptor to ask with\./)
  })

  test('a gallery of other dimensions, and one whose ids mean other images', async (t) => {
    const make = (own: number[], theirs: readonly number[][]) => (at: At) => ({
      descriptors: writeArrow(at('q.arrow'), {id: [1, 2], label: [0, 1], vector}),
      gallery: writeArrow(at('g.arrow'), {id: [1, 2], label: own, vector: theirs}),
    })
    await refused(
      t,
      make(
        [0, 1],
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
      ),
      /queries have 2 numbers \(.*q\.arrow\), those of the gallery 3 \(.*g\.arrow\)/,
    )
    await refused(t, make([0, 5], vector), /do not name the same images: they have other classes for 2\./)
  })

  test('files of other kinds, and tables without what is needed', async (t) => {
    await refused(
      t,
      (at) => {
        writeFileSync(at('x.csv'), 'id,label\n1,2\n')
        return {descriptors: at('x.csv')}
      },
      /x\.csv is no \.npy, Parquet or Arrow IPC file \(it begins with "id,lab"\)/,
    )
    await refused(t, (at) => ({descriptors: at('nowhere.npy')}), /nowhere\.npy cannot be read: ENOENT/)
    await refused(
      t,
      (at) => ({descriptors: writeArrow(at('x.arrow'), {id: [1, 2], label: ['a', 'b']})}),
      /x\.arrow has no column of vectors; it has id \(numbers\), label \(text\)\./,
    )
    await refused(
      t,
      (at) => ({
        descriptors: writeNpy(at('x.npy'), vector),
        labels: writeArrow(at('l.arrow'), {id: [1, 2], name: ['a', 'b']}),
      }),
      /l\.arrow has no column "label" of numbers or names; it has id \(numbers\), name \(text\)\./,
    )
  })

  test('a damaged or pickled .npy file, saying what is wrong with it', async (t) => {
    const broken = (change: (bytes: Buffer) => Buffer) => (at: At) => {
      writeNpy(at('x.npy'), vector)
      writeFileSync(at('x.npy'), change(readFileSync(at('x.npy'))))
      return {descriptors: at('x.npy'), labels: writeNpy(at('l.npy'), [0, 1])}
    }
    const replace = (from: string, to: string) =>
      broken((bytes) => Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1'))
    await refused(
      t,
      broken((bytes) => bytes.subarray(0, -4)),
      /its header says 2 x 2 of <f4, which is 16 bytes, but 12 follow/,
    )
    await refused(t, replace('<f4', '|O8'), /its type is \|O8; write float32, float64 or whole numbers/)
    await refused(t, replace('False', 'True '), /it is in Fortran order; write numpy\.ascontiguousarray/)
    await refused(t, replace('(2, 2)', '(2,2,1)'), /it has 3 axes/)
    await refused(t, replace('shape', 'shake'), /its header is /)
    await refused(
      t,
      broken((bytes) => bytes.subarray(0, 11)),
      /no \.npy file that can be used/,
    )
  })

  test('sets of a membership table without queries, of unknown images, or of unknown roles', async (t) => {
    const make = (rows: Record<string, readonly unknown[]>) => (at: At) => ({
      descriptors: writeArrow(at('x.arrow'), {id: [1, 2], label: [0, 1], vector}),
      membership: writeArrow(at('m.arrow'), rows),
    })
    await refused(t, make({set: ['a'], id: [1], role: ['gallery']}), /Set a of .*m\.arrow has no image to ask with\./)
    await refused(
      t,
      make({set: ['a'], id: [9], role: ['both']}),
      /Set a of .*m\.arrow names images without a descriptor: 9\./,
    )
    await refused(
      t,
      make({set: ['a'], id: [1], role: ['judge']}),
      /roles that are none of query, gallery, both: row 0: "judge"/,
    )
    await refused(t, make({set: ['a'], id: [1]}), /m\.arrow has no column "role" of text/)
  })

  test('classes that are no numbers or no whole ones, by their rows', async (t) => {
    const make = (labels: readonly number[]) => (at: At) => ({
      descriptors: writeNpy(at('x.npy'), [...vector, [1, 1]]),
      labels: writeNpy(at('l.npy'), labels),
    })
    await refused(
      t,
      make([0, Number.NaN, 0.5]),
      /l\.npy has classes that are no whole numbers: row 1: NaN, row 2: 0\.5 \(counted from 0\)\. Give whole numbers, or names\./,
    )
  })

  test('queries of which none has anything to find, by the name of their test set', async (t) => {
    const images = (at: At) => ({
      descriptors: writeArrow(at('x.arrow'), {id: [1, 2, 3], label: [4, 5, 5], vector: [...vector, [1, 1]]}),
    })
    await refused(
      t,
      (at) => ({descriptors: writeArrow(at('x.arrow'), {id: [1, 2], label: [4, 5], vector})}),
      /^None of the 2 queries has another image of its class to find\. Check that classes and descriptors belong together\.$/,
    )
    await refused(
      t,
      (at) => ({
        ...images(at),
        membership: writeArrow(at('m.arrow'), {set: ['far', 'far'], id: [1, 2], role: ['query', 'gallery']}),
      }),
      /^None of the 1 queries of test set far has another image of its class to find\./,
    )
  })

  test('images that are in a test set twice, and tables without rows', async (t) => {
    await refused(
      t,
      (at) => ({
        descriptors: writeArrow(at('x.arrow'), {id: [1, 2], label: [0, 0], vector}),
        membership: writeArrow(at('m.arrow'), {set: ['a', 'a', 'a'], id: [1, 2, 1], role: ['both', 'both', 'both']}),
      }),
      /m\.arrow has images more than once: id 1 as both of a in rows 0 and 2\./,
    )
    const none = new Float32Array(0)
    await refused(
      t,
      (at) => {
        writeFileSync(at('x.arrow'), tableToIPC(tableFromArrays({vector: none}), 'file'))
        return {descriptors: at('x.arrow')}
      },
      /x\.arrow has no rows\./,
    )
  })
})
