import {rm} from 'node:fs/promises'
import {type Attempt, commit, type Present, restoreOutputs, setAside} from './commit.ts'
import {execute, type Made} from './execute.ts'
import type {Node, Source} from './graph.ts'
import type {KeyRecord} from './key.ts'
import {withLease} from './lease.ts'
import {pinInputs} from './pins.ts'
import {removeScratch} from './scratch.ts'
import {type Known, point, type Session, saveRefs, tellHit} from './session.ts'
import {findEntry, type Manifest} from './store.ts'

/** Computes a node that is not in the store, or says which input is not there to read. */
export async function computeNode(
  node: Node,
  key: string,
  record: KeyRecord,
  session: Session,
): Promise<Known | {missing: Source}> {
  const {artifacts} = session.request
  return withLease(node, key, session, async (lease) => {
    const found = findEntry(artifacts, key)
    if (found.state === 'present') {
      tellHit(node, key, session) // whoever held the lease before has computed it
      return {key, record, entry: found}
    }
    if (found.state === 'damaged') await setDamagedAside(node, key, found.folder, found.reason, session)
    const damage = found.state === 'damaged' ? `entry damaged: ${found.reason}` : undefined
    const pins = await pinInputs(node, session)
    if ('missing' in pins) return pins
    try {
      const reason = damage ?? session.history.explain(node.id, record, [])
      const {attempt, manifest} = await execute({node, key, record, reason, lease, inputs: pins.paths}, session)
      const entry = await orDiscard(attempt, commit(artifacts, attempt, manifest))
      await finish(node, key, manifest, session)
      return {key, record, entry}
    } finally {
      pins.release()
    }
  })
}

/** Computes a node whose bytes were dropped. Other bytes than before are told, and take the place of the old ones. */
export async function recomputeNode(
  node: Node,
  {key, record}: Known,
  reason: string,
  session: Session,
): Promise<{missing: Source} | {done: true}> {
  const {artifacts} = session.request
  return withLease(node, key, session, async (lease) => {
    const found = findEntry(artifacts, key)
    if (found.state !== 'present' || found.dropped.length === 0) return {done: true}
    const pins = await pinInputs(node, session)
    if ('missing' in pins) return pins
    try {
      const made = await execute({node, key, record, reason, lease, inputs: pins.paths}, session)
      await orDiscard(made.attempt, putBack(node, found, made, session))
      await finish(node, key, made.manifest, session)
      return {done: true}
    } finally {
      pins.release()
    }
  })
}

/** Moves an entry that is not what its manifest says out of the way. */
export async function setDamagedAside(
  node: Node,
  key: string,
  folder: string,
  reason: string,
  session: Session,
): Promise<void> {
  session.tell({kind: 'damaged', node: node.id, key, reason})
  await setAside(session.request.artifacts, folder, new Date())
}

async function putBack(node: Node, found: Present, {attempt, manifest}: Made, session: Session): Promise<Present> {
  const before = found.manifest.outputs
  const changed = Object.entries(manifest.outputs).filter(([output, {sha256}]) => before[output]?.sha256 !== sha256)
  if (changed.length === 0) return restoreOutputs(found, attempt)
  for (const [output, {sha256}] of changed) {
    const hashes = `sha256 ${before[output]?.sha256.slice(0, 12)} -> ${sha256.slice(0, 12)}`
    const text = `${output} came out with other bytes than before (${hashes}): this stage does not repeat itself here. What depends on it is looked up anew`
    session.tell({kind: 'note', node: node.id, text})
  }
  await setAside(session.request.artifacts, found.folder, new Date())
  return commit(session.request.artifacts, attempt, manifest)
}

/** What could not be committed only takes space, which may be the very reason. */
async function orDiscard<T>({folder}: Attempt, committing: Promise<T>): Promise<T> {
  try {
    return await committing
  } catch (error) {
    await rm(folder, {recursive: true, force: true})
    throw error
  }
}

async function finish(node: Node, key: string, manifest: Manifest, session: Session): Promise<void> {
  await removeScratch(session.request.artifacts, key)
  point(node, key, session)
  await saveRefs(session)
  session.told.add(node.id)
  session.count.computed += 1
  const bytes = Object.values(manifest.outputs).reduce((sum, output) => sum + output.bytes, 0)
  session.tell({kind: 'committed', node: node.id, key, seconds: manifest.seconds, bytes, facts: manifest.facts})
}
