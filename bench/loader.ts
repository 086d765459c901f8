import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {readdir} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import sharp from 'sharp'
import {decode} from '../lib/data/decode.ts'
import {openLoader} from '../lib/data/loader.ts'
import {applyTransforms} from '../lib/data/transforms/apply.ts'
import {trainingTransformList} from '../lib/data/transforms/parameters.ts'
import {planRecipe} from '../lib/data/transforms/recipe.ts'
import {openRandom, randomFrom} from '../lib/random.ts'

/**
 * What a picture costs between its file and a batch, and what it would cost with its decoded pixels kept: CPU milliseconds, medians of interleaved
 * rounds. Arguments: a folder of JPEG files (without one, pictures of 500 x 375 are drawn), then how many of them.
 */
async function main([folder, count = '400']: readonly string[]): Promise<void> {
  const drawn = folder === undefined ? await draw(Number(count)) : undefined
  try {
    const files = await listFiles(resolve(folder ?? drawn!), Number(count))
    await compare(files)
  } finally {
    if (drawn !== undefined) rmSync(drawn, {recursive: true})
  }
}

const rounds = 5
const lists = {
  training: [{random_resized_crop: {size: 224}}, {horizontal_flip: 0.5}],
  measuring: [{resize: 256}, {center_crop: 224}],
}

async function compare(files: readonly string[]): Promise<void> {
  const raw = mkdtempSync(join(tmpdir(), 'nearmiss-raw-'))
  try {
    const pictures = []
    for (const [i, file] of files.entries()) {
      const {pixels, ...size} = await decode(readFileSync(file))
      writeFileSync(join(raw, String(i)), pixels)
      pictures.push(size)
    }
    const jpegBytes = files.reduce((sum, file) => sum + readFileSync(file).length, 0) / files.length
    const rawBytes = pictures.reduce((sum, {width, height}) => sum + width * height * 3, 0) / files.length
    console.log(`${files.length} pictures, JPEG ${kilo(jpegBytes)}, decoded ${kilo(rawBytes)} each`)
    for (const [name, list] of Object.entries(lists)) {
      const transforms = trainingTransformList.parse(list)
      const recipe = planRecipe(transforms)
      const out = new Uint8Array(recipe.size * recipe.size * 3)
      const times: Record<string, number[]> = {
        decode: [],
        'read decoded': [],
        transform: [],
        loader: [],
        'loader, kept': [],
      }
      const paths = new Map(files.map((file, id) => [id, file]))
      const plan = [{images: Int32Array.from(paths.keys()), seeds: new Uint32Array(files.length)}]
      const options = {root: '/', paths, transforms}
      const fresh = openLoader({...options, cacheBytes: 0})
      const kept = openLoader({...options, cacheBytes: 2 ** 31 - 1})
      // A picture is kept when its plan names it twice.
      for (const loader of [fresh, kept]) await drain(loader, [...plan, ...plan])
      for (let round = 0; round < rounds; round++) {
        times.decode!.push(await perPicture(files, async (file) => void (await decode(readFileSync(file)))))
        times['read decoded']!.push(await perPicture([...files.keys()], (i) => void readFileSync(join(raw, String(i)))))
        const images = await Promise.all(files.slice(0, 100).map((file) => decode(readFileSync(file))))
        times.transform!.push(
          await perPicture(images, (image) => applyTransforms(recipe, image, randomFrom(round), out)),
        )
        times.loader!.push(await perPicture(files, undefined, () => drain(fresh, plan)))
        times['loader, kept']!.push(await perPicture(files, undefined, () => drain(kept, plan)))
      }
      for (const loader of [fresh, kept]) await loader.close()
      const medians = Object.entries(times).map(
        ([what, all]) => `${what} ${all.sort((a, b) => a - b)[rounds >> 1]!.toFixed(2)}`,
      )
      console.log(`${name}: CPU ms a picture: ${medians.join(', ')}`)
    }
  } finally {
    rmSync(raw, {recursive: true})
  }
}

async function perPicture<T>(
  items: readonly T[],
  each: ((item: T) => void | Promise<void>) | undefined,
  all?: () => Promise<void>,
): Promise<number> {
  const before = process.cpuUsage()
  if (all !== undefined) await all()
  else for (const item of items) await each!(item)
  const {user, system} = process.cpuUsage(before)
  return (user + system) / 1000 / items.length
}

async function drain(loader: ReturnType<typeof openLoader>, plan: Parameters<typeof loader.batches>[0]): Promise<void> {
  for await (const {release} of loader.batches(plan)) release()
}

async function listFiles(folder: string, count: number): Promise<string[]> {
  const names = await readdir(folder, {recursive: true})
  return names
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .slice(0, count)
    .map((name) => join(folder, name))
}

/** Pictures of CUB's usual size: smooth colours under some noise, so that they compress as photographs do. */
async function draw(count: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-pictures-'))
  for (let i = 0; i < count; i++) {
    const random = openRandom('bench-loader', i)
    const small = Uint8Array.from({length: 25 * 19 * 3}, () => random.below(256))
    const smooth = await sharp(small, {raw: {width: 25, height: 19, channels: 3}})
      .resize(500, 375)
      .raw()
      .toBuffer()
    const noisy = smooth.map((value) => Math.max(0, Math.min(255, value + random.below(25) - 12)))
    await sharp(noisy, {raw: {width: 500, height: 375, channels: 3}})
      .jpeg({quality: 90})
      .toFile(join(folder, `${String(i).padStart(5, '0')}.jpg`))
  }
  return folder
}

function kilo(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`
}

await main(process.argv.slice(2))
