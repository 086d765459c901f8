import type {KeyRecord} from './key.ts'

/** manifest.json, written once beside the outputs. */
export interface Manifest {
  readonly schema: 1
  readonly key: string
  readonly record: KeyRecord
  /** The node and run that computed it first. */
  readonly node: string
  readonly run: string
  readonly startedAt: string
  readonly seconds: number
  readonly outputs: Readonly<Record<string, ManifestOutput>>
  /** What the stage reported about this execution. */
  readonly facts: Readonly<Record<string, number | string>>
}

export interface ManifestOutput {
  readonly kind: string
  /** Name inside the entry's folder. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

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

/** Looks a key up and checks manifest and sizes. Never throws for a damaged entry. */
export async function findEntry(_artifacts: string, _key: string): Promise<Entry> {
  throw new Error('not yet')
}

/** Rehashes every file of an entry: one sentence per file that is not what the manifest says. */
export async function verifyEntry(_artifacts: string, _key: string): Promise<string[]> {
  throw new Error('not yet')
}

/** All keys in the store, sorted. */
export async function listKeys(_artifacts: string): Promise<string[]> {
  throw new Error('not yet')
}
