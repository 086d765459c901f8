import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

/** Answers that are cheap to lose: a file of JSON under artifacts/cache/. May be deleted at any time. */
export interface Cache<T> {
  get(name: string): T | undefined
  set(name: string, value: T): void
  /** Writes what is new. A cache that cannot be written (read-only disk) only costs time. */
  save(): void
}

export function openCache<T>(artifacts: string, name: string): Cache<T> {
  const file = join(artifacts, 'cache', `${name}.json`)
  const entries = new Map(Object.entries(readJson<T>(file)))
  let changed = false
  return {
    get: (key) => entries.get(key),
    set: (key, value) => {
      entries.set(key, value)
      changed = true
    },
    save: () => {
      if (!changed) return
      changed = false
      try {
        mkdirSync(join(artifacts, 'cache'), {recursive: true})
        writeFileSync(`${file}.${process.pid}`, JSON.stringify(Object.fromEntries(entries)))
        renameSync(`${file}.${process.pid}`, file)
      } catch {
        // Only time is lost; what must be written says so itself.
      }
    },
  }
}

function readJson<T>(file: string): Record<string, T> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, T>
  } catch {
    return {} // not there yet, or torn: computed again
  }
}
