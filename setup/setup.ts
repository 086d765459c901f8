#!/usr/bin/env -S node --import tsx
// What npm cannot do without running scripts of strangers: `make setup` runs this after `npm ci --ignore-scripts`. It stages
// TensorFlow's library in the user's cache folder, links it, builds the two addons and writes down what it did. Each step is
// skipped where its result is there and whole, so it may be killed and run again at any time.
import {lstat, mkdir, readFile, rename, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {UserError} from '../lib/user-error.ts'
import {addons, buildAddon} from './addons.ts'
import {cpu, type Distribution} from './distribution.ts'
import {cacheFolder, inspectStage, type Manifest, stageTensorflow} from './stage.ts'
import {gpu} from './tensorflow-gpu.ts'
import {findProblems} from './tools.ts'
import {hashFile} from './wheel.ts'

const nodeModules = resolve(import.meta.dirname, '../node_modules')
const recordFile = join(nodeModules, '.nearmiss-setup.json')
// Sizes of all that TensorFlow needs, in the form of `stat --format='%s %n'`: the Makefile compares, without starting Node.
const sizesFile = join(nodeModules, '.nearmiss-setup.sizes')
const library = '@tensorflow/tfjs-node-gpu/deps'

await setUp().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error
  console.error(`set-up failed.\n${error.message}`)
  process.exitCode = 1
})

async function setUp(): Promise<void> {
  const distribution = chooseDistribution(process.env.TENSORFLOW ?? 'cpu')
  const cache = cacheFolder(process.env)
  const staged = join(cache, distribution.folder)
  const outdated = process.env.FORCE === '1' ? [...addons] : await findOutdated()
  const found = await inspectStage(staged, distribution)
  await checkMachine({downloadBytes: 'fault' in found ? distribution.bytes : 0, build: outdated.length > 0}, cache)

  await rm(sizesFile, {force: true})
  const manifest =
    'manifest' in found
      ? found.manifest
      : await timed(`TensorFlow staged in ${staged}`, () => stageTensorflow(distribution, cache, say))
  await link(staged, join(nodeModules, library))
  await Promise.all(outdated.map((addon) => timed(`${addon.name} built`, () => buildAddon(addon, nodeModules))))
  await linkCommand()
  await writeRecord(distribution, manifest, staged)
}

function chooseDistribution(kind: string): Distribution {
  const chosen = [cpu, gpu].find((distribution) => distribution.kind === kind)
  if (chosen === undefined) throw new UserError(`TENSORFLOW must be cpu or gpu, got "${kind}". Unset it for cpu.`)
  return chosen
}

/** Addons that are missing or not as the last complete set-up left them (killed while building, taken away). */
async function findOutdated(): Promise<(typeof addons)[number][]> {
  const recorded = await readFile(sizesFile, 'utf8').catch(() => '')
  const lines = await Promise.all(
    addons.map((addon) => sizeLine(join(addon.folder, addon.file)).catch(() => undefined)),
  )
  return addons.filter((_, i) => lines[i] === undefined || !recorded.split('\n').includes(lines[i]))
}

async function checkMachine(needs: Parameters<typeof findProblems>[0], cache: string): Promise<void> {
  const problems = await findProblems(needs, cache)
  if (problems.length > 0) throw new UserError(problems.map((problem) => `- ${problem}`).join('\n'))
}

/** The command's link, as npm makes it for other packages: `npx nearmiss` then starts it without asking a registry. */
async function linkCommand(): Promise<void> {
  await mkdir(join(nodeModules, '.bin'), {recursive: true})
  await link('../../lib/cli/nearmiss.mjs', join(nodeModules, '.bin/nearmiss'))
}

/** Replaces a link in one step, so that nobody finds it missing; a folder of that name (made by tfjs' own script) gives way. */
async function link(target: string, path: string): Promise<void> {
  const temporary = `${path}.${process.pid}`
  await symlink(target, temporary)
  if ((await lstat(path).catch(() => undefined))?.isDirectory()) await rm(path, {recursive: true})
  await rename(temporary, path)
}

async function writeRecord(distribution: Distribution, manifest: Manifest, staged: string): Promise<void> {
  const built = addons.map((addon) => join(addon.folder, addon.file))
  const hashes = await Promise.all(built.map(async (path) => [path, await hashFile(join(nodeModules, path))]))
  const record = {
    tensorflow: {kind: distribution.kind, folder: staged, wheels: manifest.wheels},
    node: {version: process.versions.node, modules: process.versions.modules, napi: process.versions.napi},
    addons: Object.fromEntries(hashes) as Record<string, string>,
  }
  await writeFile(recordFile, `${JSON.stringify(record, null, 2)}\n`)
  const libraries = Object.keys(manifest.files).filter((path) => path.startsWith('lib/'))
  const lines = await Promise.all([...libraries.map((path) => join(library, path)), ...built].map(sizeLine))
  await writeFile(sizesFile, lines.map((line) => `${line}\n`).join(''))
}

async function sizeLine(path: string): Promise<string> {
  return `${(await stat(join(nodeModules, path))).size} node_modules/${path}`
}

async function timed<T>(done: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await work()
  say(`${done} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  return result
}

function say(sentence: string): void {
  console.error(sentence)
}
