import {existsSync, readdirSync} from 'node:fs'
import {mkdir, readdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {durably} from './crash.ts'
import {syncPath} from './durable.ts'
import type {Scratch} from './stage.ts'

/** scratch/<key>: mid-stage snapshots of whatever computes this key; they survive attempts. */
export function scratchFolder(artifacts: string, key: string): string {
  return join(artifacts, 'scratch', key)
}

/** Step of the newest whole snapshot: a folder with its final name was complete before it got it. */
export function findSnapshot(folder: string): number | undefined {
  if (!existsSync(folder)) return undefined
  const steps = readdirSync(folder).flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? [])
  return steps.length === 0 ? undefined : Math.max(...steps.map(Number))
}

/** Opens the snapshots in a folder that only the holder of the key's lease writes to. */
export function openScratch(folder: string): Scratch {
  return {
    latest: async () => {
      const step = findSnapshot(folder)
      return step === undefined ? undefined : {step, folder: join(folder, stepName(step))}
    },
    save: async (step, write) => {
      const draft = join(folder, 'draft')
      await rm(draft, {recursive: true, force: true})
      await mkdir(draft, {recursive: true})
      await write(draft)
      for (const name of await readdir(draft)) await syncPath(join(draft, name), 'fsync-snapshot-file')
      await syncPath(draft, 'fsync-snapshot')
      await durably('rename-snapshot', () => publish(draft, join(folder, stepName(step))))
      await syncPath(folder, 'fsync-scratch')
      // Only now is the new one safe, so only now may older ones go.
      for (const name of await readdir(folder)) {
        if (/^step-\d+$/.test(name) && name < stepName(step))
          await rm(join(folder, name), {recursive: true, force: true})
      }
    },
  }
}

/** A snapshot of the same step is the same bytes, but a folder cannot be renamed onto one that is not empty. */
async function publish(draft: string, target: string): Promise<void> {
  await rm(target, {recursive: true, force: true})
  await rename(draft, target)
}

function stepName(step: number): string {
  return `step-${String(step).padStart(6, '0')}`
}
