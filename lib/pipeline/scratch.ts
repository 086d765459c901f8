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
  const steps = existsSync(folder) ? snapshotSteps(folder) : []
  return steps.length === 0 ? undefined : Math.max(...steps)
}

/** After the commit: until then they are what a crash would go on from. */
export async function removeScratch(artifacts: string, key: string): Promise<void> {
  await durably('remove-scratch', () => rm(scratchFolder(artifacts, key), {recursive: true, force: true}))
}

/** Opens the snapshots in a folder that only the holder of the key's lease writes to. */
export function openScratch(folder: string): Scratch {
  return {
    latest: async () => {
      const step = findSnapshot(folder)
      return step === undefined ? undefined : {step, folder: join(folder, stepName(step))}
    },
    save: async (step, write) => {
      // The same step of the same key is the same bytes: a stop right after a snapshot has nothing to add.
      if (existsSync(join(folder, stepName(step)))) return
      const draft = join(folder, 'draft')
      await rm(draft, {recursive: true, force: true})
      await mkdir(draft, {recursive: true})
      await write(draft)
      for (const name of await readdir(draft)) await syncPath(join(draft, name), 'fsync-snapshot-file')
      await syncPath(draft, 'fsync-snapshot')
      await durably('rename-snapshot', () => rename(draft, join(folder, stepName(step))))
      await syncPath(folder, 'fsync-scratch')
      // Only now is the new one safe, so only now may older ones go.
      const older = snapshotSteps(folder).filter((each) => each < step)
      for (const each of older) await rm(join(folder, stepName(each)), {recursive: true, force: true})
    },
  }
}

function snapshotSteps(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const [, step] = /^step-(\d+)$/.exec(name) ?? []
    return step === undefined ? [] : [Number(step)]
  })
}

function stepName(step: number): string {
  return `step-${String(step).padStart(6, '0')}`
}
