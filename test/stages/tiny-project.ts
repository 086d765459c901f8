import {cp, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import type {SuiteContext, TestContext} from 'node:test'
import sharp from 'sharp'

const project = resolve(import.meta.dirname, '../..')

export interface TinyProject {
  readonly folder: string
  /** Parameters that make the real pipeline small: pass them to every command. */
  readonly set: readonly string[]
}

const small = [
  'image.train=[{random_resized_crop: {size: 32, scale: [0.5, 1]}}, {horizontal_flip: 0.5}]',
  'image.eval=[{resize: 32}, {center_crop: 32}]',
  'model.width=8',
  'mining={sampler: near-classes, classes_per_batch: 4, images_per_class: 3, passes: 8, pool: 5, near_classes: 2}',
  'schedule={name: cosine, epochs: 3, warmup_steps: 2}',
]

/** The real pipeline on drawn pictures: 12 classes of 6, snapshots every 3 steps. */
export async function tinyProject(context: TestContext | SuiteContext, ...set: string[]): Promise<TinyProject> {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-stages-'))
  if ('after' in context) context.after(() => rm(folder, {recursive: true, force: true}))
  const pipeline = await readFile(join(project, 'pipeline.yaml'), 'utf8')
  const withoutSplit = pipeline
    .replace(/^ {4}(modulo|train|val|test): .*\n/gm, '')
    .replace('protocol: modulo ', 'protocol: halves ')
  await writeFile(join(folder, 'pipeline.yaml'), withoutSplit.replace('every_steps: 20', 'every_steps: 3'))
  const pictures = join(folder, 'pictures')
  await drawPictures(pictures)
  return {folder, set: [`data.root=${pictures}`, ...small, ...set].flatMap((one) => ['--set', one])}
}

/** A coloured disc on white a class; place and size differ from picture to picture. */
async function drawPictures(root: string): Promise<void> {
  for (let label = 0; label < 12; label++) {
    const folder = join(root, `class-${String(label).padStart(2, '0')}`)
    await mkdir(folder, {recursive: true})
    for (let i = 0; i < 6; i++) {
      const disc = `<circle cx="${16 + 3 * (i % 3)}" cy="${18 + 2 * i}" r="${8 + i}" fill="hsl(${label * 30}, 80%, ${40 + 4 * i}%)"/>`
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="48"><rect width="40" height="48" fill="white"/>${disc}</svg>`
      await sharp(Buffer.from(svg))
        .png()
        .toFile(join(folder, `${i}.png`))
    }
  }
}

/** A copy of a project with everything it has computed. */
export async function copyProject(context: TestContext, {folder, set}: TinyProject): Promise<TinyProject> {
  const copy = await mkdtemp(join(tmpdir(), 'nearmiss-stages-'))
  context.after(() => rm(copy, {recursive: true, force: true}))
  await cp(folder, copy, {recursive: true, preserveTimestamps: true})
  return {folder: copy, set}
}
