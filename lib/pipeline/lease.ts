import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {stop} from './failure.ts'
import type {Node} from './graph.ts'
import {type Lock, takeLock, waitingFor} from './lock.ts'
import type {Session} from './session.ts'

/** Holds the right to compute a key while something is done; a second runner waits here for the first one. */
export async function withLease<T>(
  node: Node,
  key: string,
  session: Session,
  act: (lease: Lock) => Promise<T>,
): Promise<T> {
  const {artifacts, run, noWait, signal} = session.request
  const folder = join(artifacts, 'lease')
  mkdirSync(folder, {recursive: true})
  const lease = await takeLock(join(folder, key), {
    owner: {pid: process.pid, run, node: node.id},
    what: node.id,
    noWait,
    onWait: (owner) => session.tell({...waitingFor(owner), what: 'node', node: node.id}),
    signal,
    removed: true,
  })
  if (lease === undefined) return stop(node, key, 'interrupted while waiting', session)
  try {
    return await act(lease)
  } finally {
    lease.release()
  }
}
