import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {createHash} from 'node:crypto'
import {readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {promisify} from 'node:util'
import {cutBox} from '../../lib/data/box.ts'
import {decode} from '../../lib/data/decode.ts'
import type {PlannedImages} from '../../lib/data/loader/pass.ts'
import {type LoaderOptions, openLoader} from '../../lib/data/loader.ts'
import {applyTransforms} from '../../lib/data/transforms/apply.ts'
import {drawMixture} from '../../lib/data/transforms/mixup.ts'
import {trainingTransformList, transformList} from '../../lib/data/transforms/parameters.ts'
import {planRecipe} from '../../lib/data/transforms/recipe.ts'
import {deriveSeed, openRandom, randomFrom} from '../../lib/random.ts'
import {needsShared, shared} from '../shared.ts'
import {drawPicture, temporaryFolder, writeFiles} from './pictures.ts'

const size = 8
const transforms = transformList.parse([{random_resized_crop: {size}}, {horizontal_flip: 0.5}])

/** A folder of pictures with ids 10, 11, ...; ids differ from places on purpose. */
async function openFolder(context: TestContext, count: number) {
  const root = temporaryFolder(context)
  const paths = new Map<number, string>()
  for (let i = 0; i < count; i++) {
    paths.set(10 + i, `${i}.png`)
    writeFiles(root, {[`${i}.png`]: await drawPicture(i, {width: 20 + i, height: 15})})
  }
  return {root, paths}
}

function open(context: TestContext, options: Omit<LoaderOptions, 'transforms'> & Partial<LoaderOptions>) {
  const loader = openLoader({transforms, workers: 1, ...options})
  context.after(() => loader.close())
  return loader
}

/** Batches of random images with random seeds; the same for the same lengths. */
function drawPlan(paths: ReadonlyMap<number, string>, counts: readonly number[]): PlannedImages[] {
  const random = openRandom('plan')
  const ids = [...paths.keys()]
  return counts.map((count, batch) => ({
    images: Int32Array.from({length: count}, () => ids[random.below(ids.length)]!),
    seeds: Uint32Array.from({length: count}, (_, slot) => deriveSeed('slot', batch, slot)),
  }))
}

/** What a batch must hold, computed in this thread. */
async function expectedPixels(
  root: string,
  paths: ReadonlyMap<number, string>,
  {images, seeds}: PlannedImages,
): Promise<Uint8Array> {
  const recipe = planRecipe(transforms)
  const pixels = new Uint8Array(images.length * size * size * 3)
  for (const [slot, id] of images.entries()) {
    const image = await decode(readFileSync(join(root, paths.get(id)!)))
    const out = pixels.subarray(slot * size * size * 3, (slot + 1) * size * size * 3)
    applyTransforms(recipe, image, randomFrom(seeds[slot]!), out)
  }
  return pixels
}

/** Runs a plan to its end and copies what came. */
async function collect(batches: ReturnType<ReturnType<typeof openLoader>['batches']>) {
  const found: {index: number; count: number; pixels: Uint8Array}[] = []
  for await (const {index, batch, release} of batches) {
    found.push({index, count: batch.count, pixels: batch.pixels.slice()})
    release()
  }
  return found
}

/** Blocks this thread, as a training step does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

test('batches come in plan order with the same pixels for any number of workers, slots ahead and cache', async (context) => {
  const {root, paths} = await openFolder(context, 9)
  const plan = drawPlan(paths, [5, 7, 1, 3, 6, 7, 7, 2, 4])
  const expected: unknown[] = []
  for (const [index, batch] of plan.entries()) {
    expected.push({index, count: batch.images.length, pixels: await expectedPixels(root, paths, batch)})
  }
  for (const options of [
    {workers: 1, ahead: 1},
    {workers: 2, ahead: 3, cacheBytes: 0},
    {workers: 3, ahead: 2, cacheBytes: 3000},
  ]) {
    const loader = open(context, {root, paths, ...options})
    assert.deepEqual(await collect(loader.batches(plan)), expected, JSON.stringify(options))
    await loader.close()
  }
})

test('real images arrive as the crops that went into PyTorch', needsShared, async (context) => {
  const fixture = JSON.parse(readFileSync(join(shared!, 'fixtures/resnet18.json'), 'utf8')) as {
    images: {id: number; path: string; crop_sha256: string}[]
  }
  assert.equal(fixture.images.length, 4)
  const loader = open(context, {
    root: join(shared!, 'data/CUB_200_2011/images'),
    paths: new Map(fixture.images.map(({id, path}) => [id, path])),
    transforms: [{resize: 256}, {center_crop: 224}],
  })
  const images = Int32Array.from(fixture.images, ({id}) => id)
  const [batch] = await collect(loader.batches([{images, seeds: new Uint32Array(4)}]))
  const bytes = 224 * 224 * 3
  for (const [slot, {path, crop_sha256}] of fixture.images.entries()) {
    const crop = batch!.pixels.subarray(slot * bytes, (slot + 1) * bytes)
    assert.equal(createHash('sha256').update(crop).digest('hex'), crop_sha256, path)
  }
})

test('the same loader walks through one plan after another, also after one was left early', async (context) => {
  const {root, paths} = await openFolder(context, 4)
  const loader = open(context, {root, paths, workers: 2, ahead: 2})
  for await (const _ of loader.batches(drawPlan(paths, new Array(50).fill(4)))) break
  for (const counts of [
    [3, 2],
    [4, 4, 4, 1],
  ]) {
    const plan = drawPlan(paths, counts)
    const found = await collect(loader.batches(plan))
    assert.deepEqual(
      found.map(({pixels}) => pixels),
      await Promise.all(plan.map((batch) => expectedPixels(root, paths, batch))),
    )
  }
})

test('while the main thread is blocked, workers go on until every slot ahead is full', async (context) => {
  const {root, paths} = await openFolder(context, 6)
  const plan = drawPlan(paths, new Array(6).fill(6))
  const expected = await Promise.all(plan.map((batch) => expectedPixels(root, paths, batch)))
  const loader = open(context, {root, paths, ahead: 3, workers: 2, cacheBytes: 0})
  const batches = loader.batches(plan)
  const first = await batches.next()
  first.value!.release()
  block(2000)
  // Without the files, only what was prepared while this thread slept can still come: three batches and no fourth.
  for (const path of paths.values()) rmSync(join(root, path))
  for (const index of [1, 2, 3]) {
    const {value} = await batches.next()
    assert.deepEqual(value!.batch.pixels, expected[index])
    value!.release()
  }
  await assert.rejects(batches.next(), {name: 'UserError', message: /^[1-6] pictures can no longer be used/})
})

test('files that vanished or broke are named together, after the batches before them', async (context) => {
  const {root, paths} = await openFolder(context, 4)
  rmSync(join(root, '1.png'))
  writeFiles(root, {'3.png': 'no picture'})
  const seeds = new Uint32Array(3)
  const plan = [
    {images: Int32Array.of(10, 12, 10), seeds},
    {images: Int32Array.of(13, 10, 11), seeds},
    {images: Int32Array.of(10, 12, 12), seeds},
  ]
  const batches = open(context, {root, paths, workers: 2}).batches(plan)
  const first = await batches.next()
  assert.equal(first.value!.index, 0)
  await assert.rejects(batches.next(), {
    name: 'UserError',
    message: [
      '2 pictures can no longer be used:',
      `- ${join(root, '3.png')} is not a picture (JPEG, PNG, WebP, TIFF or GIF)`,
      `- ${join(root, '1.png')} cannot be read (ENOENT)`,
      'They were fine when the images were listed. Restore them and run again; what is already computed is kept.',
    ].join('\n'),
  })
})

test('a consumer that forgets to release is told so instead of waiting for ever', async (context) => {
  const {root, paths} = await openFolder(context, 2)
  const batches = open(context, {root, paths, ahead: 2}).batches(drawPlan(paths, [1, 1, 1]))
  await batches.next()
  await batches.next()
  await assert.rejects(batches.next(), {message: 'Batch 0 was never released; batch 2 needs its memory.'})
})

test('a plan with unknown images, without seeds or without images is refused', async (context) => {
  const {root, paths} = await openFolder(context, 2)
  const loader = open(context, {root, paths})
  const first = (images: number[], seeds: number[]) =>
    loader.batches([{images: Int32Array.from(images), seeds: Uint32Array.from(seeds)}]).next()
  await assert.rejects(first([99], [1]), {message: 'Batch 0 names image 99, which the loader was given no path for.'})
  await assert.rejects(first([10, 11], [1]), {
    message: 'Batch 0 has 2 images and 1 seeds; it needs as many, and at least one.',
  })
  await assert.rejects(first([], []), /it needs as many, and at least one/)
  const empty = await loader.batches([]).next()
  assert.equal(empty.done, true)
})

test('a thread that breaks is an error of the consumer, not an endless wait', async (context) => {
  const root = temporaryFolder(context)
  const plan = [{images: Int32Array.of(1), seeds: Uint32Array.of(1)}]
  const batches = open(context, {root, paths: new Map([[1, 'no\0file.png']])}).batches(plan)
  await assert.rejects(batches.next(), {name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE'})
})

for (const [how, title] of Object.entries({
  forget: 'is never looked at again',
  return: 'is left early and the loader not closed',
  exit: 'is cut off by process.exit',
  throw: 'is cut off by an error',
})) {
  test(`a process ends although its plan ${title}`, async (context) => {
    const {root, paths} = await openFolder(context, 1)
    const script = join(import.meta.dirname, 'abandon-loader.ts')
    const run = promisify(execFile)(process.execPath, ['--import', 'tsx', script, root, paths.get(10)!, how], {
      timeout: 60_000,
    })
    if (how === 'throw') await assert.rejects(run, {code: 1, signal: null, stderr: /the step failed/})
    else assert.equal((await run).stdout, how === 'exit' ? '' : 'end of the script\n')
  })
}

test('a box leaves the transforms nothing but itself, from the cache too', async (context) => {
  const {root, paths} = await openFolder(context, 2)
  const exact = transformList.parse([{resize: 8}, {center_crop: 8}])
  const plan = [10, 11, 10, 11, 10].map((id) => ({images: Int32Array.of(id), seeds: Uint32Array.of(0)}))
  const boxes = new Map([[10, {left: 3, top: 2, width: 9, height: 10}]])
  const found = await collect(open(context, {root, paths, boxes, transforms: exact}).batches(plan))
  for (const [index, {images}] of plan.entries()) {
    const picture = await decode(readFileSync(join(root, paths.get(images[0]!)!)))
    const used = index % 2 === 0 ? cutBox(picture, boxes.get(10)!) : picture
    const expected = new Uint8Array(8 * 8 * 3)
    applyTransforms(planRecipe(exact), used, openRandom('unused'), expected)
    assert.deepEqual(found[index]!.pixels, expected)
  }
})

test('mixup: both pictures get the transforms of the one seed, and the seed says which and how much', async (context) => {
  const {root, paths} = await openFolder(context, 5)
  const mixed = trainingTransformList.parse([
    {random_resized_crop: {size}},
    {horizontal_flip: 0.5},
    {mixup: {alpha: 0.4}},
  ])
  const plan = drawPlan(paths, [3, 4])
  const found = await collect(open(context, {root, paths, transforms: mixed}).batches(plan))
  const names = [...paths.values()]
  for (const [index, {images, seeds}] of plan.entries()) {
    const expected = await expectedPixels(root, paths, {images, seeds})
    for (const [slot, seed] of seeds.entries()) {
      const {partner, share} = drawMixture(0.4, seed, 5)
      const other = new Uint8Array(size * size * 3)
      const picture = await decode(readFileSync(join(root, names[partner]!)))
      applyTransforms(planRecipe(transforms), picture, randomFrom(seed), other)
      const own = expected.subarray(slot * other.length, (slot + 1) * other.length)
      // RAML: view = lambda * view + (1 - lambda) * other view
      own.set(Uint8Array.from(own, (value, i) => Math.round(share * value + (1 - share) * other[i]!)))
    }
    assert.deepEqual(found[index]!.pixels, expected)
  }
  rmSync(join(root, '3.png'))
  await assert.rejects(
    collect(open(context, {root, paths, transforms: mixed}).batches(drawPlan(paths, [40]))),
    /3\.png cannot be read/,
  )
})
