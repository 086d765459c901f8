import {copyFile, link, open, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {z} from 'zod'
import type {Arrays, Savepoints} from '../../lib/engine/savepoints.ts'
import {type StageContext, Stopped} from '../../lib/pipeline/stage.ts'

/** Keeps how far each of several pieces of work is, so that a killed evaluation goes on. */
export interface Journal {
  /** The piece of work of this name, which no other has. */
  open(name: string): Savepoints
}

/** How a part of the evaluation tells how far it is, and goes on after a kill. */
export interface Work {
  onProgress(unit: string): (done: number, total: number) => void
  savepoints(piece: string): Savepoints
}

/** Of the saving time, at most one part in so many is spent on it. */
const shareOfTime = 20
/** What is over is saved after this share of the usual time. */
const soonerAtEnd = 1 / 6

const entry = z.object({name: z.string(), place: z.array(z.number()), arrays: z.array(z.string())})
const index = z.array(entry)

type Entry = z.infer<typeof entry>

/**
 * A snapshot holds all pieces of work: journal.json, and a file for each of their arrays. Files of the pieces that have not moved are
 * handed on by hard links. Saves come `snapshotEverySeconds` apart, and farther where saving takes long: a short evaluation writes nothing.
 */
export async function openJournal({scratch, snapshotEverySeconds, signal}: StageContext<unknown>): Promise<Journal> {
  const found = await scratch.latest()
  let folder = found?.folder
  let entries = folder === undefined ? [] : index.parse(JSON.parse(await readFile(join(folder, indexFile), 'utf8')))
  let step = found?.step ?? 0
  let secondsOfSave = 0

  const save = async (own: Entry, arrays: Arrays) => {
    const before = performance.now()
    const others = entries.filter(({name}) => name !== own.name)
    await scratch.save(step, async (draft) => {
      for (const other of others)
        for (const array of other.arrays)
          await handOn(join(folder!, fileOf(other, array)), join(draft, fileOf(other, array)))
      for (const [name, array] of Object.entries(arrays))
        await writeFile(
          join(draft, fileOf(own, name)),
          new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
        )
      await writeFile(join(draft, indexFile), JSON.stringify([...others, own]))
    })
    entries = [...others, own]
    folder = (await scratch.latest())!.folder
    secondsOfSave = (performance.now() - before) / 1000
  }

  return {
    open: (name) => {
      const known = entries.find((one) => one.name === name)
      let since = performance.now()
      const reach = async (place: readonly number[], arrays: Arrays, share: number) => {
        step++
        const own = {name, place: [...place], arrays: Object.keys(arrays)}
        const isDue =
          performance.now() - since >= 1000 * Math.max(share * snapshotEverySeconds, shareOfTime * secondsOfSave)
        if (isDue || (signal.aborted && snapshotEverySeconds < Number.POSITIVE_INFINITY)) {
          await save(own, arrays)
          since = performance.now()
        }
        if (!signal.aborted) return
        if (snapshotEverySeconds === Number.POSITIVE_INFINITY) signal.throwIfAborted()
        throw new Stopped(`stopped at ${name}; a snapshot of it is kept`)
      }
      return {
        reached: known?.place,
        restore: async (arrays) => {
          for (const [array, values] of Object.entries(arrays))
            await readInto(join(folder!, fileOf({name}, array)), values)
        },
        reach: (place, arrays) => reach(place, arrays, 1),
        finish: (place, arrays) => reach(place, arrays, soonerAtEnd),
      }
    },
  }
}

const indexFile = 'journal.json'

/** Names of test sets may hold anything. */
function fileOf({name}: Pick<Entry, 'name'>, array: string): string {
  return `${Buffer.from(name).toString('hex')}.${array}`
}

async function handOn(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to)) // not every file system has links
}

async function readInto(path: string, values: Arrays[string]): Promise<void> {
  const handle = await open(path)
  try {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    const {size} = await handle.stat()
    if (size !== bytes.length) throw new Error(`${path} has ${size} bytes, not ${bytes.length}: remove its folder`)
    for (let done = 0; done < size; ) {
      const {bytesRead} = await handle.read(bytes, done, Math.min(size - done, 2 ** 30), done)
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`)
      done += bytesRead
    }
  } finally {
    await handle.close()
  }
}
