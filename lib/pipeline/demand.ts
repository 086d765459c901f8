import {existsSync} from 'node:fs'
import type {Present} from './commit.ts'
import {computeNode, recomputeNode, setDamagedAside} from './compute.ts'
import type {Node, Source} from './graph.ts'
import {keyOf} from './key.ts'
import {withLease} from './lease.ts'
import {removeScratch, scratchFolder} from './scratch.ts'
import {type Known, type Session, tellHit} from './session.ts'
import {findEntry, verifyEntry} from './store.ts'

/** A measurement of an old epoch would need a model that was dropped: it is left out, because measuring never retrains. */
export class LeftOut extends Error {
  override name = 'LeftOut'
}

/**
 * Sees to it that a node is in the store: its inputs first, then a look-up, then the computation. Whenever an input turns out to be
 * gone on the way it is brought back and everything starts over, because it may have come back with other bytes.
 */
export async function ensure(id: string, session: Session): Promise<Known> {
  const known = session.done.get(id)
  if (known !== undefined) return known
  const node = session.graph.get(id)!
  for (;;) {
    const found = await tryOnce(node, session)
    if ('missing' in found) {
      await bringBack(found.missing, node, session)
      continue
    }
    session.done.set(id, found)
    return found
  }
}

async function tryOnce(node: Node, session: Session): Promise<Known | {missing: Source}> {
  const digests: Record<string, string> = {}
  for (const [input, source] of Object.entries(node.inputs)) {
    const producer = await ensure(source.node, session)
    const digest = await digestInput(node, input, producer, session)
    if (digest === undefined) return {missing: source}
    digests[input] = digest
  }
  const record = await session.keys.record(node, digests)
  const key = keyOf(record)
  const entry = await lookUp(node, key, session)
  return entry === undefined ? computeNode(node, key, record, session) : {key, record, entry}
}

/** Undefined when the file that it takes a look into is not there (any more), or not what it was. */
async function digestInput(
  node: Node,
  input: string,
  {key, entry}: Known,
  session: Session,
): Promise<string | undefined> {
  const {node: producer, output} = node.inputs[input]!
  try {
    return await session.keys.inputDigest(node, input, entry, output)
  } catch (error) {
    const now = findEntry(session.request.artifacts, key)
    if (now.state === 'present' && now.dropped.includes(output)) return undefined // another run has just let go of it
    const [damage] = await verifyEntry(session.request.artifacts, key)
    if (damage === undefined) throw error
    await setDamagedAside(session.graph.get(producer)!, key, entry.folder, damage, session)
    return undefined
  }
}

async function lookUp(node: Node, key: string, session: Session): Promise<Present | undefined> {
  const {artifacts} = session.request
  const entry = findEntry(artifacts, key)
  if (entry.state !== 'present') return undefined
  tellHit(node, key, session)
  // Left by a kill between commit and clean-up.
  if (existsSync(scratchFolder(artifacts, key)))
    await withLease(node, key, session, () => removeScratch(artifacts, key))
  return entry
}

/** Takes a step towards an output that can be read again; the caller looks it up anew and comes back if that was not enough. */
async function bringBack({node: id, output}: Source, reader: Node, session: Session): Promise<void> {
  const node = session.graph.get(id)!
  const known = session.done.get(id)
  if (known === undefined) return
  const entry = findEntry(session.request.artifacts, known.key)
  session.done.delete(id)
  // Damaged, absent, or back already: the look-up sorts that out.
  if (entry.state !== 'present' || !entry.dropped.includes(output)) return
  if (reader.part === 'measure' && node.part === 'advance') {
    throw new LeftOut(`left out: ${output} of ${id} was dropped by a keep rule, and a measurement does not retrain`)
  }
  const made = await recomputeNode(node, known, `${output} was dropped, ${reader.id} reads it`, session)
  if ('missing' in made) await bringBack(made.missing, node, session)
}
