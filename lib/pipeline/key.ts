import {existsSync} from 'node:fs'
import {join, relative, resolve} from 'node:path'
import {UserError} from '../user-error.ts'
import {type Cache, openCache} from './cache.ts'
import {canonicalJson, digestText} from './canonical.ts'
import {codeOf, type ModuleStamp} from './code.ts'
import {digestExternal, type FileStamp} from './external.ts'
import type {Node} from './graph.ts'
import type {Catalogue, Values} from './stage.ts'
import type {Entry} from './store.ts'

/** Everything that a stage's result depends on: its sha256 as canonical JSON is the key. Kept in the manifest. */
export interface KeyRecord {
  readonly schema: 1
  /** Name in the catalogue: nodes that do the same work share it. */
  readonly stage: string
  /** Parameters and `with` values, only those declared. */
  readonly values: Values
  /** Input -> digest of what is read of it. */
  readonly inputs: Readonly<Record<string, string>>
  /** Parameter -> digest of the file or folder that it names. */
  readonly external: Readonly<Record<string, string>>
  /** Path -> digest of a module without comments, `npm:<package>` -> version. */
  readonly code: Readonly<Record<string, string>>
  /** Of stages whose results depend on them: TensorFlow's build, instruction set, threads. */
  readonly numerics: Readonly<Record<string, string>>
}

/** Makes key records. Answers that cost time are remembered under artifacts/cache/. */
export interface Keys {
  /** The record of a node, given the digests of its inputs. */
  record(node: Node, inputs: Readonly<Record<string, string>>): Promise<KeyRecord>
  /** Digest of what a node reads of one input; undefined when that takes a look into a file that is not there. */
  inputDigest(
    node: Node,
    input: string,
    producer: Entry & {state: 'present'},
    output: string,
  ): Promise<string | undefined>
  save(): void
}

/** The key of a record. */
export function keyOf(record: KeyRecord): string {
  return digestText(canonicalJson(record))
}

export function openKeys(catalogue: Catalogue, folders: {root: string; folder: string; artifacts: string}): Keys {
  const {root, folder, artifacts} = folders
  const files = openCache<FileStamp>(artifacts, 'files')
  const modules = openCache<ModuleStamp>(artifacts, 'code')
  const projections = openCache<string>(artifacts, 'projections')
  const externals = new Map<string, Promise<string>>()
  const external = (input: Parameters<typeof digestExternal>[0]) => {
    // One answer per process: a run sees its data as they were when it started.
    const name = `${input.kind}:${input.path}`
    const known = externals.get(name) ?? digestExternal(input, folder, files)
    externals.set(name, known)
    return known
  }
  return {
    record: async ({stage, definition, values}, inputs) => {
      const outside = definition.external?.(values) ?? []
      const digests = await Promise.all(outside.map(async (input) => [input.parameter, await external(input)] as const))
      const chosen = (await definition.modules?.(values, folder)) ?? []
      return {
        schema: 1,
        stage,
        values,
        inputs,
        external: Object.fromEntries(digests),
        code: tellFrom(
          folders,
          await codeOf([definition.module, ...chosen.map((path) => locate(path, folders))], root, modules),
        ),
        numerics: definition.numeric ? catalogue.numerics() : {},
      }
    },
    inputDigest: (node, input, producer, output) =>
      digestInput({node, input, producer, output}, catalogue, projections),
    save: () => {
      for (const cache of [files, modules, projections] satisfies Pick<Cache<never>, 'save'>[]) cache.save()
    },
  }
}

/** A module that begins with a dot is the user's, in the folder of pipeline.yaml. */
function locate(path: string, {root, folder}: {root: string; folder: string}): string {
  if (!/^\.{1,2}\//.test(path)) return path
  const file = resolve(folder, path)
  if (!existsSync(file))
    throw new UserError(`${folder} has no file ${path}, which the configuration names, or a model that it names`)
  return relative(root, file)
}

/** What lies in a project outside of the code's folder is named from there: a key must not say where the project is. */
function tellFrom(
  {root, folder}: {root: string; folder: string},
  code: Readonly<Record<string, string>>,
): Record<string, string> {
  const named = Object.entries(code).map(([path, digest]) => {
    const own = relative(folder, resolve(root, path))
    return [path.startsWith('../') && !own.startsWith('../') ? `./${own}` : path, digest]
  })
  return Object.fromEntries(named)
}

interface Reading {
  readonly node: Node
  readonly input: string
  readonly producer: Entry & {state: 'present'}
  readonly output: string
}

/** Without a projection the bytes count, and the manifest knows their hash; with one the kind looks into the file, once per content. */
async function digestInput(
  {node, input, producer, output}: Reading,
  catalogue: Catalogue,
  projections: Cache<string>,
): Promise<string | undefined> {
  const {kind: kindName, file, sha256} = producer.manifest.outputs[output]!
  const projection = node.definition.inputs[input]!.reads?.(node.values)
  const kind = catalogue.kinds[kindName]
  if (projection === undefined || kind?.digest === undefined) return `sha256:${sha256}`
  const name = `${kindName}:${sha256}:${canonicalJson(projection)}`
  const known = projections.get(name)
  if (known !== undefined) return known
  if (producer.dropped.includes(output)) return undefined
  const digest = `part:${await kind.digest(join(producer.folder, file), projection)}`
  projections.set(name, digest)
  return digest
}
