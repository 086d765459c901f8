import type {Present} from './commit.ts'
import type {Tell} from './event-log.ts'
import type {Graph, Node} from './graph.ts'
import type {KeyRecord, Keys} from './key.ts'
import type {History} from './reason.ts'
import type {RunRequest} from './run-request.ts'
import {type Refs, writeRefs} from './runs.ts'

/** One runner at work on one run. */
export interface Session {
  readonly request: Omit<RunRequest, 'onEvent'>
  readonly graph: Graph
  readonly keys: Keys
  readonly history: History
  readonly tell: Tell
  /** Nodes whose outputs are known. */
  readonly done: Map<string, Known>
  /** Node -> key; written to refs.json before anything relies on it. */
  readonly refs: Record<string, string>
  refsChanged: boolean
  /** Nodes told as a hit or as computed, and sentences: each is told (and counted) once. */
  readonly told: Set<string>
  readonly count: {computed: number; hits: number}
}

/** A node that is in the store. */
export interface Known {
  readonly key: string
  readonly record: KeyRecord
  readonly entry: Present
}

/** Tells that a node was found in the store. */
export function tellHit(node: Node, key: string, session: Session): void {
  point(node, key, session)
  if (session.told.has(node.id)) return
  session.told.add(node.id)
  session.tell({kind: 'hit', node: node.id, key})
  session.count.hits += 1
}

/** Notes that a node has this key now. */
export function point(node: Node, key: string, session: Session): void {
  if (session.refs[node.id] === key) return
  session.refs[node.id] = key
  session.refsChanged = true
}

/** Writes refs.json if a node has a new key: before a stage starts and after each commit, so that others see what is held on to. */
export async function saveRefs(session: Session): Promise<void> {
  if (!session.refsChanged) return
  session.refsChanged = false
  const sorted: Refs = Object.fromEntries(Object.entries(session.refs).sort(([a], [b]) => (a < b ? -1 : 1)))
  await writeRefs(session.request.artifacts, session.request.run, sorted)
}
