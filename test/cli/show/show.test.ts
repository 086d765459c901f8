import assert from 'node:assert/strict'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {writeBatches} from '../../../lib/tables/batches.ts'
import {writeDescriptors} from '../../../lib/tables/descriptors.ts'
import {writeNeighbours} from '../../../lib/tables/neighbours.ts'
import {writeSteps} from '../../../lib/tables/steps.ts'
import {nearmiss, temporaryFolder} from '../rig.ts'

test('A table of descriptors shows its schema, rows, norms and NaN count', async (context) => {
  const folder = await temporaryFolder(context)
  const vectors = new Float32Array([1, 0, 0, 0, 0.6, 0.8, 0, 0, Number.NaN, 0, 0, 0])
  await writeDescriptors(join(folder, 'd.arrow'), {id: Int32Array.of(4, 7, 9), dim: 4, vectors})
  const {code, stdout} = await nearmiss(folder, 'show', 'd.arrow', '--head', '2')
  assert.equal(code, 0)
  const lines = stdout.split('\n')
  assert.match(lines[0]!, /^d\.arrow {2}[\d.]+ k?B$/)
  assert.ok(lines.includes('3 rows'))
  assert.ok(
    lines.some((line) => line.startsWith('vector  float32[4]  ')),
    stdout,
  )
  assert.ok(lines.includes('norm of vector    1  1.000  1.000    1'), stdout)
  assert.ok(lines.includes(' 4  [1.0000 0.0000 0.0000 … 4]'), stdout)
  assert.ok(!lines.some((line) => line.startsWith(' 9')), 'only two rows were asked for')
  assert.ok(lines.every((line) => line.length <= 80))
})

test('A table of neighbours shows the hardest pairs once, nearest first', async (context) => {
  const folder = await temporaryFolder(context)
  await writeNeighbours(join(folder, 'n.arrow'), {
    anchor: Int32Array.of(1, 1, 2, 3),
    rank: Int32Array.of(0, 1, 0, 0),
    neighbour: Int32Array.of(2, 3, 1, 2),
    distance: Float32Array.of(0.5, 1.25, 0.5, 0.25),
  })
  const {stdout} = await nearmiss(folder, 'show', 'n.arrow', '--head', '2')
  const lines = stdout.trimEnd().split('\n')
  assert.deepEqual(lines.slice(lines.findIndex((line) => line.startsWith('hardest'))), [
    'hardest pairs (nearest of different classes):',
    'distance  image  class  file',
    '  0.2500      3',
    '              2',
    '  0.5000      1',
    '              2',
    '   1.250      1',
    '              3',
  ])
})

test('A plan of tuples tells how far positives and negatives are from their anchors', async (context) => {
  const folder = await temporaryFolder(context)
  const roles = ['anchor', 'positive', 'negative', 'negative']
  await writeBatches(join(folder, 'b.arrow'), {
    step: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1),
    slot: Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3),
    group: new Int32Array(8),
    role: [...roles, ...roles],
    image: Int32Array.from({length: 8}, (_, i) => i),
    seed: new Uint32Array(8),
    distance: Float32Array.of(Number.NaN, 0.5, 0.75, 1.5, Number.NaN, 0.25, 1, 1.25),
    lr: new Float64Array(8),
    momentum: new Float64Array(8),
    stepSeed: new Uint32Array(8),
  })
  const {stdout} = await nearmiss(folder, 'show', 'b.arrow')
  const lines = stdout.trimEnd().split('\n')
  const start = lines.findIndex((line) => line.startsWith('distances to the anchor'))
  assert.deepEqual(lines.slice(start, start + 4), [
    'distances to the anchor, by the descriptors that the plan was made with:',
    'role      count     min    mean     max  from 0 to 2',
    'positive      2  0.2500  0.3750  0.5000  ▁▁█▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁',
    'negative      4  0.7500   1.125   1.500  ▁▁▁▁▁▁▁█▁▁█▁█▁▁█▁▁▁▁',
  ])
})

test('Steps are told as curves, with gaps where there is no number', async (context) => {
  const folder = await temporaryFolder(context)
  await writeSteps(join(folder, 's.arrow'), {
    step: Int32Array.of(0, 1, 2),
    images: Int32Array.of(4, 4, 4),
    trainedImages: Int32Array.of(4, 4, 4),
    loss: Float64Array.of(3, 2, 1),
    activeFraction: Float64Array.of(1, 0.5, 0.75),
    positiveDistance: Float64Array.of(1, 0.75, 0.5),
    negativeDistance: Float64Array.of(1, 1.25, 1.5),
    gradientNorm: Float64Array.of(Number.NaN, 2, 4),
    lr: Float64Array.of(0.1, 0.1, 0.1),
  })
  const {stdout} = await nearmiss(folder, 'show', 's.arrow')
  const lines = stdout.trimEnd().split('\n')
  const start = lines.findIndex((line) => line.startsWith('over the steps'))
  assert.deepEqual(lines.slice(start, start + 7), [
    'over the steps      first    mean    last',
    'loss                    3       2       1  █▅▁',
    'active_fraction         1  0.7500  0.7500  █▁▅',
    'positive_distance       1  0.7500  0.5000  █▅▁',
    'negative_distance       1   1.250   1.500  ▁▅█',
    'gradient_norm           2       3       4   ▁█',
    'lr                 0.1000  0.1000  0.1000  ▁▁▁',
  ])
})

test('A plan shows one step in words, and --where chooses which', async (context) => {
  const folder = await temporaryFolder(context)
  const twelve = (values: (i: number) => number) => Int32Array.from({length: 12}, (_, i) => values(i))
  await writeBatches(join(folder, 'b.arrow'), {
    step: twelve((i) => Math.floor(i / 6)),
    slot: twelve((i) => i % 6),
    group: twelve((i) => Math.floor((i % 6) / 3)),
    role: Array.from({length: 12}, (_, i) => ['anchor', 'positive', 'negative'][i % 3]!),
    image: twelve((i) => i + 10),
    seed: Uint32Array.from({length: 12}, (_, i) => i),
    distance: new Float32Array(12).fill(Number.NaN),
    lr: Float64Array.from({length: 12}, () => 1e-5),
    momentum: new Float64Array(12).fill(Number.NaN),
    stepSeed: new Uint32Array(12),
  })
  const {stdout} = await nearmiss(folder, 'show', 'b.arrow', '--where', 'step=1')
  assert.ok(stdout.includes('12 rows, 6 selected\n'), stdout)
  assert.deepEqual(stdout.trimEnd().split('\n').slice(-3), [
    'step 1: 6 images in 2 groups, learning rate 1e-5',
    '  0: anchor 16, positive 17, negative 18',
    '  1: anchor 19, positive 20, negative 21',
  ])
})

test('A table of steps tells how many had nothing to learn', async (context) => {
  const folder = await temporaryFolder(context)
  const columns = (...values: number[]) => Float64Array.from(values)
  await writeSteps(join(folder, 's.arrow'), {
    step: Int32Array.of(0, 1, 2),
    images: Int32Array.of(4, 4, 4),
    trainedImages: Int32Array.of(4, 0, 0),
    loss: columns(0.5, 0, 0),
    activeFraction: columns(0.5, 0, 0),
    positiveDistance: columns(1, 1, Number.NaN),
    negativeDistance: columns(1, 1, Number.NaN),
    gradientNorm: columns(1, 0, 0),
    lr: columns(1e-5, 1e-5, 1e-5),
  })
  const {stdout} = await nearmiss(folder, 'show', 's.arrow')
  assert.equal(
    stdout.trimEnd().split('\n').at(-1),
    'steps with nothing to learn (no loss above 0): 2 of 3, 1 without any tuple',
  )
  const {stdout: first} = await nearmiss(folder, 'show', 's.arrow', '--where', 'step=0')
  assert.equal(first.trimEnd().split('\n').at(-1), 'steps with nothing to learn (no loss above 0): none of 1')
})

test('A model shows its tensors with shapes and norms', async (context) => {
  const folder = await temporaryFolder(context)
  await writeFile(
    join(folder, 'm.safetensors'),
    safetensors({weight: [[1, 2], Float32Array.of(3, 4)]}, {architecture: 'resnet18'}),
  )
  const {code, stdout} = await nearmiss(folder, 'show', 'm.safetensors')
  assert.equal(code, 0)
  assert.deepEqual(stdout.trimEnd().split('\n').slice(1), [
    'safetensors: 1 tensor, 2 numbers, 120 B, NaN 0',
    '',
    'architecture  resnet18',
    '',
    'tensor  type  shape  norm',
    'weight  F32   1 x 2     5',
  ])
})

test('JSON holds columns with meanings and statistics, and rows by name', async (context) => {
  const folder = await temporaryFolder(context)
  await writeDescriptors(join(folder, 'd.arrow'), {id: Int32Array.of(4), dim: 2, vectors: Float32Array.of(0, 1)})
  const shown = JSON.parse((await nearmiss(folder, 'show', 'd.arrow', '--json')).stdout)
  assert.equal(shown.table, 'descriptors')
  assert.deepEqual(shown.head, [{id: 4, vector: [0, 1]}])
  const vector = shown.columns.find((column: {name: string}) => column.name === 'vector')
  assert.deepEqual([vector.type, vector.minimum, vector.maximum, vector.nanCount], ['float32[2]', 1, 1, 0])
})

test('Files that are not what they are taken for are refused in a sentence, with exit code 1', async (context) => {
  const folder = await temporaryFolder(context)
  await writeFile(join(folder, 'bad.arrow'), 'no arrow at all, only some text')
  await writeFile(join(folder, 'bad.safetensors'), Buffer.alloc(40, 1))
  await writeFile(join(folder, 'short.safetensors'), 'abc')
  for (const [file, reason] of [
    ['bad.arrow', /bad\.arrow is no readable table: it does not begin as an Arrow IPC file does/],
    ['bad.safetensors', /bad\.safetensors is no readable safetensors file: its header claims \d+ of 40 bytes/],
    ['short.safetensors', /short\.safetensors is no readable safetensors file: it has only 3 bytes/],
  ] as const) {
    const {code, stderr} = await nearmiss(folder, 'show', file)
    assert.equal(code, 1)
    assert.match(stderr, reason)
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack is shown')
  }
})

test('What cannot be shown is a wrong command, exit code 2', async (context) => {
  const folder = await temporaryFolder(context)
  await writeFile(join(folder, 'a.txt'), '')
  const {code, stderr} = await nearmiss(folder, 'show', 'a.txt')
  assert.deepEqual([code, stderr], [2, 'nearmiss: a.txt: only .arrow, .safetensors and .json files can be shown.\n'])
  const absent = await nearmiss(folder, 'show', 'no/such.arrow')
  assert.equal(absent.code, 2)
  assert.match(
    absent.stderr,
    /^nearmiss: "no\/such\.arrow" is neither a file nor an artifact\. Examples: mine-negatives@3/,
  )
})

/** A safetensors file, by the format's own description. */
function safetensors(tensors: Record<string, [number[], Float32Array]>, metadata: Record<string, string>): Buffer {
  let end = 0
  const entries = Object.entries(tensors).map(([name, [shape, data]]) => {
    const start = end
    end += data.byteLength
    return [name, {dtype: 'F32', shape, data_offsets: [start, end]}]
  })
  const header = Buffer.from(JSON.stringify({__metadata__: metadata, ...Object.fromEntries(entries)}))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, ...Object.values(tensors).map(([, data]) => Buffer.from(data.buffer))])
}
