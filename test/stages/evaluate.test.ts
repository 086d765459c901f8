import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {describe, type TestContext, test} from 'node:test'
import {Field, FixedSizeList, Float32, Int32, Table, tableToIPC, Utf8, vectorFromArray} from 'apache-arrow'
import fc from 'fast-check'
import {chooseMetrics} from '../../lib/metrics/choose.ts'
import {meanOf, measureQueries, openValues} from '../../lib/metrics/measure.ts'
import {type MetricsSpec, metricsParameters} from '../../lib/metrics/parameters.ts'
import type {StageContext} from '../../lib/pipeline/stage.ts'
import {openRandom} from '../../lib/random.ts'
import {checkQueries, readQueries} from '../../lib/tables/queries.ts'
import {run} from '../../stages/evaluate.ts'
import type {EvaluateValues} from '../../stages/parameters.ts'
import {hitsIn, type Set as Images, rankAll} from '../metrics/naive.ts'
import {temporaryFolder, writeSomeImages} from '../tables/fixtures.ts'

type At = (name: string) => string

interface Result {
  readonly metrics: Readonly<Record<string, number | null>>
  readonly details: Readonly<
    Record<string, {over_queries: number; over_classes: number; interval_over_classes: number[]}>
  >
  readonly sets: readonly {name: string; metrics: Record<string, number>; queries: number}[]
  readonly queries: number
  readonly lone: number
  readonly references: number
  readonly convention: string
  readonly split: string | null
}

/** Runs the stage itself on files. */
async function evaluate(
  at: At,
  inputs: Record<string, string>,
  metrics: unknown,
  split = 'val',
  signal = new AbortController().signal,
): Promise<Result> {
  const outputs = {metrics: at('metrics.json'), queries: at('queries.arrow')}
  const context: StageContext<EvaluateValues> = {
    values: {metrics: metricsParameters.parse(metrics), split: split as 'val'},
    inputs,
    outputs,
    scratch: {latest: async () => undefined, save: async () => {}},
    snapshotEverySteps: Number.POSITIVE_INFINITY,
    snapshotEverySeconds: Number.POSITIVE_INFINITY,
    signal,
    progress: () => {},
    note: () => {},
    report: () => {},
  }
  await run(context)
  assert.deepEqual(await checkQueries(outputs.queries), [])
  return JSON.parse(readFileSync(outputs.metrics, 'utf8')) as Result
}

/** What numpy.save writes. */
function writeNpy(path: string, rows: readonly (readonly number[])[] | readonly number[], dim?: number): string {
  const isMatrix = dim !== undefined || Array.isArray(rows[0])
  const shape = isMatrix ? `${rows.length}, ${dim ?? (rows as number[][])[0]!.length}` : `${rows.length},`
  const body = Float32Array.from((rows as number[][]).flat())
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117)
  const head = Buffer.alloc(10)
  head.write('\x93NUMPY\x01\x00', 'latin1')
  head.writeUInt16LE(header.length + 1, 8)
  writeFileSync(path, Buffer.concat([head, Buffer.from(`${header}\n`), Buffer.from(body.buffer)]))
  return path
}

/** A foreign Arrow file with columns of numbers, names and vectors. */
function writeArrow(path: string, columns: Readonly<Record<string, readonly unknown[]>>): string {
  const vectors = Object.entries(columns).map(([name, values]) => {
    if (typeof values[0] === 'number') return [name, vectorFromArray(values, new Int32())] as const
    if (typeof values[0] === 'string') return [name, vectorFromArray(values, new Utf8())] as const
    const dim = (values[0] as number[]).length
    return [name, vectorFromArray(values, new FixedSizeList(dim, new Field('item', new Float32())))] as const
  })
  writeFileSync(path, tableToIPC(new Table(Object.fromEntries(vectors)), 'file'))
  return path
}

/** Points on a circle, few enough to tie and to repeat. */
function makeImages(
  count: number,
  classes: number,
  places: number,
  firstId: number,
  ...seed: (string | number)[]
): Images {
  const random = openRandom(...seed)
  const rows = Array.from({length: count}, (_, row) => row)
  return {
    id: rows.map((row) => firstId + 3 * row),
    label: rows.map(() => random.below(classes)),
    vectors: rows.map(() => {
      const angle = (random.below(places) * 2 * Math.PI) / places
      return [Math.fround(Math.cos(angle)), Math.fround(Math.sin(angle))]
    }),
  }
}

const names = ['precision_at_1', 'recall_at_k', 'map_at_r', 'mean_average_precision', 'trapezoidal_map'] as const

function expectedMeans(queries: Images, references: Images, spec: MetricsSpec): Record<string, number> {
  const chosen = chooseMetrics(spec)
  const values = openValues(chosen, queries.id.length)
  measureQueries(chosen, hitsIn(rankAll(queries, references, {tie: 0}), queries, references), values)
  const label = Int32Array.from(queries.label)
  return Object.fromEntries([...values].map(([name, column]) => [name, meanOf(column, label).overQueries]))
}

function assertMeans(got: Result['metrics'], expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) {
    const mean = got[name] ?? Number.NaN
    assert.ok(Object.is(mean, value) || Math.abs(mean - value) < 1e-9, `${name}: ${mean}, not ${value}`)
  }
}

describe('the stage evaluate on files that others made', () => {
  test('measures what the slow definition says: ties, copies, lone classes, one class, k above the gallery', async (t) => {
    const at = temporaryFolder(t)
    const cases = fc.record({
      count: fc.integer({min: 1, max: 60}),
      classes: fc.integer({min: 1, max: 20}),
      places: fc.constantFrom(3, 7, 1000),
      gallery: fc.option(fc.integer({min: 1, max: 40}), {nil: undefined}),
      // Lists of neighbours are enough for the first three; the others count over the whole ranking.
      wanted: fc.constantFrom(names.slice(0, 3), names),
      seed: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({count, classes, places, gallery, wanted, seed}) => {
        const queries = makeImages(count, classes, places, 0, 'queries', seed)
        const references = gallery === undefined ? queries : makeImages(gallery, classes, places, 1000, 'gallery', seed)
        const spec = metricsParameters.parse({names: wanted, k: [1, 3, 50], bootstrap: null})
        const inputs = {
          descriptors: writeArrow(at('q.arrow'), {id: queries.id, label: queries.label, vector: queries.vectors}),
          ...(gallery === undefined
            ? {}
            : {
                gallery: writeArrow(at('g.arrow'), {
                  id: references.id,
                  label: references.label,
                  vector: references.vectors,
                }),
              }),
        }
        // Dividing by the length moves a last bit: both sides see the same numbers.
        const rounded = (images: Images) => ({
          ...images,
          vectors: images.vectors.map((row) => {
            const length = Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0))
            return row.map((value) => Math.fround(value / length))
          }),
        })
        const [q, g] = [rounded(queries), rounded(references)]
        const result = await evaluate(at, inputs, spec)
        assertMeans(result.metrics, expectedMeans(q, gallery === undefined ? q : g, spec))
        assert.equal(result.references, references.id.length)
      }),
      {numRuns: 60},
    )
  })

  test('reads .npy rows with .npy labels, and takes no gallery row for a query without ids', async (t) => {
    const at = temporaryFolder(t)
    const inputs = {
      descriptors: writeNpy(at('q.npy'), [
        [2, 0],
        [0, 5],
        [1, 1],
      ]),
      labels: writeNpy(at('ql.npy'), [7, 8, 9]),
      gallery: writeNpy(at('g.npy'), [
        [3, 0],
        [0, 0.1],
      ]),
      gallery_labels: writeNpy(at('gl.npy'), [7, 8]),
    }
    const result = await evaluate(at, inputs, {names: ['precision_at_1', 'recall_at_k'], k: [1]})
    assert.deepEqual(result.metrics, {precision_at_1: 1, recall_at_1: 1})
    assert.deepEqual([result.queries, result.lone, result.references, result.split], [2, 1, 2, null])
    const table = await readQueries(at('queries.arrow'))
    assert.deepEqual([...table.id], [0, 1, 2])
    assert.deepEqual([...table.nearest].slice(0, 2), [3, 4])
    assert.deepEqual(table.metricNames, ['precision_at_1', 'recall_at_1'])
    assert.deepEqual([...table.values], [1, 1, 1, 1, Number.NaN, Number.NaN])
  })

  test('leaves an image’s own vector in the gallery out: asymmetric search', async (t) => {
    const at = temporaryFolder(t)
    const images = {id: [1, 2, 3, 4], label: ['owl', 'owl', 'gull', 'gull']}
    const inputs = {
      descriptors: writeArrow(at('q.arrow'), {
        ...images,
        vector: [
          [1, 0],
          [1, 0.1],
          [0, 1],
          [0.1, 1],
        ],
      }),
      gallery: writeArrow(at('g.arrow'), {
        ...images,
        vector: [
          [1, 0],
          [0, 1],
          [0, 1],
          [1, 0],
        ],
      }),
    }
    const result = await evaluate(at, inputs, {names: ['precision_at_1'], convention: 'raml'})
    // 1 sees 4 where 2 should be; 2 sees 1; 3 sees 2 where 4 should be; 4 sees 2 and 3 alike, the smaller id first.
    assert.equal(result.metrics.precision_at_1, 1 / 4)
  })

  test('measures every set of a table of membership, and their mean', async (t) => {
    const at = temporaryFolder(t)
    const inputs = {
      descriptors: writeArrow(at('d.arrow'), {
        id: [1, 2, 3, 4],
        label: [0, 0, 1, 1],
        vector: [
          [1, 0],
          [1, 0.1],
          [0, 1],
          [1, 0.2],
        ],
      }),
      membership: writeArrow(at('m.arrow'), {
        set: ['small', 'small', 'large', 'large', 'large', 'large'],
        id: [1, 2, 3, 4, 1, 2],
        role: ['query', 'gallery', 'both', 'both', 'both', 'both'],
      }),
    }
    const result = await evaluate(at, inputs, {names: ['precision_at_1']})
    assert.deepEqual(
      result.sets.map(({name, queries, metrics}) => [name, queries, metrics.precision_at_1]),
      [
        ['small', 1, 1],
        ['large', 4, 2 / 4],
      ],
    )
    assert.equal(result.metrics.precision_at_1, 0.75)
    const table = await readQueries(at('queries.arrow'))
    assert.deepEqual(table.set, ['small', 'large', 'large', 'large', 'large'])
    assert.deepEqual([...table.id], [1, 1, 2, 3, 4])
  })

  test('says intervals, the convention and its rules; a list of ranks longer than memory gives the same numbers', async (t) => {
    const at = temporaryFolder(t)
    const images = makeImages(80, 9, 1000, 0, 'intervals')
    const inputs = {
      descriptors: writeArrow(at('d.arrow'), {id: images.id, label: images.label, vector: images.vectors}),
    }
    const result = await evaluate(at, inputs, {names: ['map_at_r'], convention: 'pml-0.9.88'})
    const {over_queries, interval_over_classes} = result.details.map_at_r!
    assert.ok(interval_over_classes[0]! < over_queries && over_queries < interval_over_classes[1]!)
    assert.equal(result.convention, 'pml-0.9.88')
    assert.deepEqual(await evaluate(at, inputs, {names: ['map_at_r'], convention: 'pml-0.9.88'}), result)
  })
})

describe('the stage evaluate prepares descriptors', () => {
  /** Two classes told apart by the second number, which a far larger first one drowns. */
  const drowned = (count: number, seed: number): Images => {
    const random = openRandom('drowned', seed)
    const rows = Array.from({length: count}, (_, row) => row)
    return {
      id: rows,
      label: rows.map((row) => row % 2),
      vectors: rows.map((row) => [3 * random.normal(), (row % 2) + 0.1 * random.normal(), 5]),
    }
  }

  test('by whitening learnt on training images: it finds what a large common spread hides', async (t) => {
    const at = temporaryFolder(t)
    const images = drowned(60, 0)
    const inputs = {
      descriptors: writeArrow(at('d.arrow'), {id: images.id, label: images.label, vector: images.vectors}),
      training: writeArrow(at('t.arrow'), {vector: drowned(80, 1).vectors}),
    }
    const measure = async (descriptors: object) =>
      (await evaluate(at, inputs, {names: ['map_at_r'], descriptors})).metrics.map_at_r!
    const raw = await measure({})
    const whitened = await measure({whitening: {kind: 'pca-whitening'}})
    assert.ok(whitened > raw + 0.1, `${whitened} after ${raw}`)
    // A rotation alone moves no distance before the division by lengths; one direction of three leaves two points on a line.
    assert.notEqual(await measure({whitening: {kind: 'pca', dim: 1}}), raw)
  })

  test('by query expansion: a query finds what its neighbours find', async (t) => {
    const at = temporaryFolder(t)
    // 1 is nearer to the stranger 4 than to 3 of its class; with 2 added, 3 is nearer.
    const turn = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
    const inputs = {
      descriptors: writeArrow(at('d.arrow'), {
        id: [1, 2, 3, 4],
        label: [0, 0, 0, 1],
        vector: [turn(0), turn(20), turn(40), turn(-35)],
      }),
    }
    const first = async (expansion: object | null) => {
      await evaluate(at, inputs, {names: ['map_at_r'], descriptors: {expansion}})
      return (await readQueries(at('queries.arrow'))).mapAtR[0]
    }
    assert.equal(await first(null), 1 / 2)
    assert.equal(await first({neighbours: 1, alpha: 0}), 1)
  })

  test('by re-ranking: who is found by those it finds comes first, in a set and in a gallery', async (t) => {
    const at = temporaryFolder(t)
    const turn = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
    // 1 is a little nearer to 4, whose own nearest are 5 and 6; 1, 2 and 3 find each other.
    const images = {
      id: [1, 2, 3, 4, 5, 6],
      label: [0, 0, 0, 1, 1, 1],
      vector: [turn(0), turn(12), turn(14), turn(-11), turn(-12), turn(-13)],
    }
    const rerank = {k1: 2, k2: 1, lambda: 0.1, candidates: 5}
    const firstValue = async (inputs: Record<string, string>, descriptors: object) => {
      await evaluate(at, inputs, {names: ['precision_at_1', 'mean_average_precision'], descriptors})
      const {values, precisionAt1} = await readQueries(at('queries.arrow'))
      assert.equal(precisionAt1[0], 0)
      return values[0]
    }
    const within = {descriptors: writeArrow(at('d.arrow'), images)}
    assert.equal(await firstValue(within, {}), 0)
    assert.equal(await firstValue(within, {rerank: {...rerank, lambda: 1}}), 0)
    assert.equal(await firstValue(within, {rerank}), 1)
    const gallery = {
      descriptors: writeArrow(at('q.arrow'), {id: [11], label: [0], vector: [turn(0)]}),
      gallery: writeArrow(at('g.arrow'), {
        id: images.id.slice(1),
        label: images.label.slice(1),
        vector: images.vector.slice(1),
      }),
    }
    assert.equal(await firstValue(gallery, {}), 0)
    assert.equal(await firstValue(gallery, {rerank}), 1)
  })

  test('and refuses whitening without training images, of too many directions, or from another model', async (t) => {
    const at = temporaryFolder(t)
    const images = drowned(10, 0)
    const descriptors = writeArrow(at('d.arrow'), {id: images.id, label: images.label, vector: images.vectors})
    const training = writeArrow(at('t.arrow'), {vector: images.vectors})
    const flat = writeArrow(at('f.arrow'), {vector: images.vectors.map(([a, b]) => [a!, b!])})
    const spec = (dim: number | null) => ({names: ['map_at_r'], descriptors: {whitening: {dim}}})
    await assert.rejects(
      evaluate(at, {descriptors}, spec(null)),
      /whitening is learnt from descriptors of training images/,
    )
    await assert.rejects(
      evaluate(at, {descriptors, training}, spec(4)),
      /whitening\.dim is 4; descriptors have 3 numbers/,
    )
    await assert.rejects(
      evaluate(at, {descriptors, training: flat}, spec(null)),
      /of 2 numbers, what is measured has 3/,
    )
  })
})

test('the stage evaluate ends at the next block when it is asked to', async (t) => {
  const at = temporaryFolder(t)
  const images = makeImages(50, 5, 1000, 0, 'stop')
  const inputs = {descriptors: writeArrow(at('d.arrow'), {id: images.id, label: images.label, vector: images.vectors})}
  for (const names of [['map_at_r'], ['mean_average_precision']])
    await assert.rejects(evaluate(at, inputs, {names}, 'val', AbortSignal.abort()), {name: 'AbortError'})
})

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
})
