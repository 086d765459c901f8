import {join} from 'node:path'
import type {Node, Source} from './graph.ts'
import {type Lock, tryLock} from './lock.ts'
import type {Session} from './session.ts'
import {findEntry} from './store.ts'

/** Inputs that nobody can drop until they are released. */
export interface Pins {
  /** Input -> absolute path. */
  readonly paths: Readonly<Record<string, string>>
  release(): void
}

/**
 * Locks the entries that a node reads from, then looks whether the bytes are (still) there: another run's keep rules may have let
 * them go since they were looked up.
 */
export async function pinInputs(node: Node, session: Session): Promise<Pins | {missing: Source}> {
  const paths: Record<string, string> = {}
  const locks: Lock[] = []
  const release = () => {
    for (const lock of locks) lock.release()
  }
  for (const [input, source] of Object.entries(node.inputs)) {
    const {key, entry: before} = session.done.get(source.node)!
    const lock = await tryLock(join(before.folder, 'manifest.json'), 'shared')
    if (lock !== undefined) locks.push(lock)
    const entry = findEntry(session.request.artifacts, key)
    if (lock === undefined || entry.state !== 'present' || entry.dropped.includes(source.output)) {
      release()
      return {missing: source}
    }
    paths[input] = join(entry.folder, entry.manifest.outputs[source.output]!.file)
  }
  return {paths, release}
}
