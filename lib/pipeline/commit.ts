import {existsSync} from 'node:fs'
import {mkdir, open, readdir, rename, rm, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {durably} from './crash.ts'
import {syncPath} from './durable.ts'
import {hashFile} from './external.ts'
import type {Node} from './graph.ts'
import type {Catalogue} from './stage.ts'
import {droppedMark, type Entry, entryFolder, type Manifest} from './store.ts'

/** A private folder that one execution of a stage writes to. Nothing in it counts until the commit. */
export interface Attempt {
  readonly key: string
  readonly folder: string
  /** Output -> absolute path. */
  readonly outputs: Readonly<Record<string, string>>
}

export type Present = Extract<Entry, {state: 'present'}>

/** Makes the folder for an attempt; what earlier attempts at the same key left behind goes (the lease says that nobody uses it). */
export async function openAttempt(
  artifacts: string,
  key: string,
  outputs: Readonly<Record<string, string>>,
  catalogue: Catalogue,
): Promise<Attempt> {
  const parent = join(artifacts, 'tmp')
  await mkdir(parent, {recursive: true})
  for (const name of await readdir(parent))
    if (name.startsWith(`${key}.`)) await rm(join(parent, name), {recursive: true, force: true})
  const folder = join(parent, `${key}.${process.pid}`)
  await mkdir(folder)
  return {key, folder, outputs: outputPaths(folder, outputs, catalogue)}
}

/** Where in a folder the outputs of a stage go. */
export function outputPaths(
  folder: string,
  outputs: Readonly<Record<string, string>>,
  catalogue: Catalogue,
): Record<string, string> {
  const paths = Object.entries(outputs).map(
    ([output, kind]) => [output, join(folder, `${output}${catalogue.kinds[kind]!.extension}`)] as const,
  )
  return Object.fromEntries(paths)
}

/** Everything that forbids committing what a stage wrote. */
export async function checkOutputs(
  node: Pick<Node, 'definition' | 'values'>,
  outputs: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, string>>,
  catalogue: Catalogue,
): Promise<string[]> {
  const problems: string[] = []
  for (const [output, kind] of Object.entries(node.definition.outputs)) {
    const file = outputs[output]!
    const check = async () => catalogue.kinds[kind]!.check(file, {inputs, values: node.values})
    const found = existsSync(file) ? await check().catch(describeUnreadable) : ['the stage did not write it']
    problems.push(...found.map((problem) => `${basename(file)}: ${problem}`))
  }
  return problems
}

function describeUnreadable(error: unknown): string[] {
  return [`cannot be read: ${(error as Error).message}`]
}

/** What every output of an attempt is, for the manifest. */
export async function describeOutputs(
  attempt: Attempt,
  kinds: Readonly<Record<string, string>>,
): Promise<Manifest['outputs']> {
  const described = Object.entries(attempt.outputs).map(async ([output, file]) => {
    const {size} = await stat(file)
    return [output, {kind: kinds[output]!, file: basename(file), bytes: size, sha256: await hashFile(file)}] as const
  })
  return Object.fromEntries(await Promise.all(described))
}

/**
 * Puts an attempt into the store. Order is everything: outputs, manifest and folder are on the disk before the one rename makes them
 * visible, so that no crash and no power cut can show half an entry; the parent is synced so that the entry stays.
 */
export async function commit(artifacts: string, attempt: Attempt, manifest: Manifest): Promise<Present> {
  await removeStrangers(attempt)
  for (const file of Object.values(attempt.outputs)) await syncPath(file, 'fsync-output')
  await writeManifest(join(attempt.folder, 'manifest.json'), manifest)
  await syncPath(attempt.folder, 'fsync-attempt')
  const folder = entryFolder(artifacts, attempt.key)
  const shelf = dirname(folder)
  if ((await mkdir(shelf, {recursive: true})) !== undefined) await syncPath(dirname(shelf), 'fsync-store')
  await durably('rename-entry', () => rename(attempt.folder, folder))
  await syncPath(shelf, 'fsync-store')
  return {state: 'present', folder, manifest, dropped: []}
}

/** Moves a folder that is not what it should be out of the way, for inspection. */
export async function setAside(artifacts: string, folder: string, now: Date): Promise<void> {
  const target = join(artifacts, 'store', '.damaged')
  await mkdir(target, {recursive: true})
  await rename(folder, join(target, `${basename(folder)}.${now.getTime()}`))
}

/** Lets an output's bytes go: the mark is on the disk before the file is gone, otherwise its absence would look like damage. */
export async function dropOutput(entry: Present, output: string): Promise<number> {
  const {file, bytes} = entry.manifest.outputs[output]!
  const mark = await open(droppedMark(entry.folder, file), 'w')
  await mark.close()
  await syncPath(entry.folder, 'fsync-dropped')
  await durably('unlink-dropped', () => rm(join(entry.folder, file), {force: true}))
  return bytes
}

/** Gives dropped outputs their bytes back from an attempt that came out the same. */
export async function restoreOutputs(entry: Present, attempt: Attempt): Promise<Present> {
  for (const output of entry.dropped) {
    const {file} = entry.manifest.outputs[output]!
    await syncPath(attempt.outputs[output]!, 'fsync-output')
    await durably('rename-entry', () => rename(attempt.outputs[output]!, join(entry.folder, file)))
    await syncPath(entry.folder, 'fsync-store')
    // After the file: a mark beside a file that is there harms nobody.
    await rm(droppedMark(entry.folder, file), {force: true})
  }
  await rm(attempt.folder, {recursive: true, force: true})
  return {...entry, dropped: []}
}

async function removeStrangers({folder, outputs}: Attempt): Promise<void> {
  const declared = new Set(Object.values(outputs).map((file) => basename(file)))
  for (const name of await readdir(folder))
    if (!declared.has(name)) await rm(join(folder, name), {recursive: true, force: true})
}

async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  const handle = await open(path, 'w')
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 1)}\n`)
    await durably('fsync-manifest', () => handle.sync())
  } finally {
    await handle.close()
  }
}
