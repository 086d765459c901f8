import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {z} from 'zod'
import {hashFile} from './external.ts'

const manifestSchema = z.object({
  schema: z.literal(1),
  key: z.string(),
  record: z.object({
    schema: z.literal(1),
    stage: z.string(),
    values: z.record(z.string(), z.unknown()),
    inputs: z.record(z.string(), z.string()),
    external: z.record(z.string(), z.string()),
    code: z.record(z.string(), z.string()),
    numerics: z.record(z.string(), z.string()),
  }),
  node: z.string(),
  run: z.string(),
  startedAt: z.string(),
  seconds: z.number(),
  outputs: z.record(z.string(), z.object({kind: z.string(), file: z.string(), bytes: z.number(), sha256: z.string()})),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
})

/** manifest.json, written once beside the outputs: the key's record, the files, and who made them when, how fast. */
export type Manifest = Readonly<z.output<typeof manifestSchema>>

/** What the store has under a key. `dropped` names outputs whose bytes a keep rule let go: known, but not there. */
export type Entry =
  | {
      readonly state: 'present'
      readonly folder: string
      readonly manifest: Manifest
      readonly dropped: readonly string[]
    }
  | {readonly state: 'absent'}
  | {readonly state: 'damaged'; readonly folder: string; readonly reason: string}

/** store/5b/5be0…: where a key's outputs are, or will be. */
export function entryFolder(artifacts: string, key: string): string {
  return join(artifacts, 'store', key.slice(0, 2), key)
}

/** The mark beside a dropped output: without it a missing file is damage. */
export function droppedMark(folder: string, file: string): string {
  return join(folder, `${file}.dropped`)
}

/** Looks a key up and checks manifest and sizes. A damaged entry is an answer, never an exception. */
export function findEntry(artifacts: string, key: string): Entry {
  const folder = entryFolder(artifacts, key)
  if (!existsSync(folder)) return {state: 'absent'}
  const manifest = readManifest(folder, key)
  if (typeof manifest === 'string') return {state: 'damaged', folder, reason: manifest}
  const dropped: string[] = []
  for (const [output, {file, bytes}] of Object.entries(manifest.outputs)) {
    const size = statSync(join(folder, file), {throwIfNoEntry: false})?.size
    if (size === bytes) continue
    if (size === undefined && existsSync(droppedMark(folder, file))) dropped.push(output)
    else
      return {
        state: 'damaged',
        folder,
        reason: size === undefined ? `${file} is missing` : `${file} has ${size} bytes, manifest says ${bytes}`,
      }
  }
  return {state: 'present', folder, manifest, dropped}
}

/** Rehashes every file of an entry: one sentence per file that is not what the manifest says. */
export async function verifyEntry(artifacts: string, key: string): Promise<string[]> {
  const entry = findEntry(artifacts, key)
  if (entry.state === 'absent') return [`${key} is not in the store`]
  if (entry.state === 'damaged') return [entry.reason]
  const {folder, manifest, dropped} = entry
  const kept = Object.entries(manifest.outputs).filter(([output]) => !dropped.includes(output))
  const checks = kept.map(async ([, {file, sha256}]) => {
    const found = await hashFile(join(folder, file))
    return found === sha256 ? [] : [`${file} has sha256 ${found.slice(0, 12)}…, manifest says ${sha256.slice(0, 12)}…`]
  })
  return (await Promise.all(checks)).flat()
}

/** All keys in the store, sorted. */
export function listKeys(artifacts: string): string[] {
  const store = join(artifacts, 'store')
  if (!existsSync(store)) return []
  const shelves = readdirSync(store).filter((name) => /^[0-9a-f]{2}$/.test(name))
  return shelves.flatMap((shelf) => readdirSync(join(store, shelf))).sort()
}

/** Records that were computed before, for reasons: entries that cannot be read are no help and are left out. */
export function readManifests(artifacts: string): Manifest[] {
  return listKeys(artifacts).flatMap((key) => {
    const manifest = readManifest(entryFolder(artifacts, key), key)
    return typeof manifest === 'string' ? [] : [manifest]
  })
}

function readManifest(folder: string, key: string): Manifest | string {
  let text: string
  try {
    text = readFileSync(join(folder, 'manifest.json'), 'utf8')
  } catch (error) {
    return `manifest.json cannot be read (${(error as NodeJS.ErrnoException).code})`
  }
  try {
    const manifest = manifestSchema.safeParse(JSON.parse(text))
    if (!manifest.success) return 'manifest.json is of another version or torn'
    return manifest.data.key === key ? manifest.data : `manifest.json is that of ${manifest.data.key}`
  } catch {
    return 'manifest.json is not JSON'
  }
}
