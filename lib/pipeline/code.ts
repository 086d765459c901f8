import {readFileSync, statSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join, relative, resolve} from 'node:path'
import type {ImportKind, Metafile} from 'esbuild'
import {UserError} from '../user-error.ts'
import type {Cache} from './cache.ts'
import {digestText} from './canonical.ts'
import {isYoung} from './external.ts'

/** What the code cache keeps of a module. */
export interface ModuleStamp {
  readonly size: string
  readonly mtimeNs: string
  /** False for a module saved a moment before it was read: it may have been saved again within the same clock tick. */
  readonly settled: boolean
  /** Digest of the module without types, comments and white space. */
  readonly digest: string
  /** Modules that it imports statically or starts as a worker, from the root. */
  readonly imports: readonly string[]
  readonly packages: readonly string[]
}

/**
 * The code that stage results depend on: every module that `modules` reach by static imports (and `new URL('./worker.ts',
 * import.meta.url)`), hashed so that comments and formatting do not count, and the versions of the packages that those import.
 * Dynamic imports are not followed: what parameters choose is named by the stage, so that adding a loss re-keys nothing else.
 */
export async function codeOf(
  modules: readonly string[],
  root: string,
  stamps: Cache<ModuleStamp>,
): Promise<Record<string, string>> {
  let closure = walk(modules, root, stamps)
  if (closure === undefined) {
    await readModules(modules, root, stamps)
    closure = walk(modules, root, stamps)
    if (closure === undefined)
      throw new UserError(`the code changed while it was read (${modules.join(', ')}). Run again`)
  }
  return closure
}

/** Follows the cache only; undefined as soon as a module is not in it as it is on disk now. */
function walk(
  modules: readonly string[],
  root: string,
  stamps: Cache<ModuleStamp>,
): Record<string, string> | undefined {
  const code: Record<string, string> = {}
  const waiting = [...modules]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (path in code) continue
    const stamp = stamps.get(path)
    if (stamp === undefined || !matches(stamp, join(root, path))) return undefined
    code[path] = stamp.digest
    for (const name of stamp.packages) code[`npm:${name}`] ??= packageVersion(name, root)
    waiting.push(...stamp.imports)
  }
  return code
}

const checked = new Map<string, ModuleStamp>()

/** A module is looked at once per process: a run keeps the code that it started with. */
function matches(stamp: ModuleStamp, file: string): boolean {
  if (checked.get(file) === stamp) return true
  if (!stamp.settled) return false
  const stats = statSync(file, {bigint: true, throwIfNoEntry: false})
  if (stats === undefined || String(stats.size) !== stamp.size || String(stats.mtimeNs) !== stamp.mtimeNs) return false
  checked.set(file, stamp)
  return true
}

/** Asks esbuild (loaded only now: usually the cache knows) for the import graph and the stripped text of each module in it. */
async function readModules(modules: readonly string[], root: string, stamps: Cache<ModuleStamp>): Promise<void> {
  const esbuild = await import('esbuild')
  const waiting = new Set(modules)
  const seen = new Set<string>()
  while (waiting.size > 0) {
    const entryPoints = [...waiting]
    waiting.clear()
    const graph = await bundle(esbuild, entryPoints, root)
    for (const [input, {imports}] of Object.entries(graph.inputs)) {
      const path = relative(root, resolve(root, input))
      if (seen.has(path)) continue
      seen.add(path)
      const stamp = await readModule(esbuild, path, imports, root)
      stamps.set(path, stamp)
      for (const imported of stamp.imports) if (graph.inputs[imported] === undefined) waiting.add(imported)
    }
  }
}

async function bundle(esbuild: typeof import('esbuild'), entryPoints: string[], root: string): Promise<Metafile> {
  try {
    const {metafile} = await esbuild.build({
      entryPoints,
      absWorkingDir: root,
      bundle: true,
      write: false,
      outdir: 'unused',
      metafile: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      treeShaking: false,
      tsconfigRaw: {},
      logLevel: 'silent',
    })
    return metafile
  } catch (error) {
    const {errors = []} = error as {errors?: import('esbuild').Message[]}
    if (errors.length === 0) throw error
    const lines = errors.map(
      ({text, location}) => `${location ? `${location.file}:${location.line}:${location.column + 1}: ` : ''}${text}`,
    )
    throw new UserError(`the code of a stage cannot be read:\n${lines.join('\n')}`)
  }
}

type Import = {path: string; kind: ImportKind; external?: boolean}

async function readModule(
  esbuild: typeof import('esbuild'),
  path: string,
  imports: Import[],
  root: string,
): Promise<ModuleStamp> {
  const file = join(root, path)
  const stats = statSync(file, {bigint: true})
  const source = readFileSync(file, 'utf8')
  const loader = path.endsWith('.json') ? 'json' : path.endsWith('.ts') ? 'ts' : 'js'
  const stripped = await esbuild.transform(source, {
    loader,
    minifyWhitespace: true,
    legalComments: 'none',
    tsconfigRaw: {},
  })
  const followed = imports.filter(({kind}) => kind !== 'dynamic-import')
  const own = followed.filter(({external}) => external !== true).map((each) => relative(root, resolve(root, each.path)))
  const stamp = {
    size: String(stats.size),
    mtimeNs: String(stats.mtimeNs),
    settled: !isYoung(stats),
    digest: digestText(stripped.code),
    imports: [...new Set([...own, ...workers(stripped.code, path)])].sort(),
    packages: [
      ...new Set(followed.filter(({external}) => external === true).flatMap(({path: name}) => packageName(name))),
    ].sort(),
  }
  checked.set(file, stamp)
  return stamp
}

/** Modules started as workers: `new URL('./decode-worker.ts', import.meta.url)`. */
function workers(code: string, path: string): string[] {
  const urls = code.matchAll(/new URL\(\s*["'`](\.{1,2}\/[^"'`]+\.[cm]?[jt]s)["'`]\s*,\s*import\.meta\.url\s*\)/g)
  return [...urls].map(([, target]) => join(dirname(path), target!))
}

/** `pure-rand/generator/x` -> `pure-rand`; nothing for what Node brings along. */
function packageName(specifier: string): string[] {
  if (specifier.startsWith('node:')) return []
  return [specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')]
}

const versions = new Map<string, string>()

function packageVersion(name: string, root: string): string {
  const known = versions.get(name)
  if (known !== undefined) return known
  const folders = createRequire(join(root, 'package.json')).resolve.paths(name) ?? []
  const files = folders.map((folder) => join(folder, name, 'package.json'))
  const file = files.find((each) => statSync(each, {throwIfNoEntry: false})?.isFile())
  if (file === undefined)
    throw new UserError(`package ${name} is not installed, but a stage imports it. Run: make setup`)
  const {version} = JSON.parse(readFileSync(file, 'utf8')) as {version: string}
  versions.set(name, version)
  return version
}
