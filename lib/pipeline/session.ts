import {existsSync, mkdirSync} from 'node:fs'
import {rm} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {
  type Attempt,
  checkOutputs,
  commit,
  describeOutputs,
  openAttempt,
  type Present,
  restoreOutputs,
  setAside,
} from './commit.ts'
import {durably} from './crash.ts'
import type {Tell} from './event-log.ts'
import {exitCodes, RunEnded} from './failure.ts'
import type {Graph, Node} from './graph.ts'
import {type KeyRecord, type Keys, keyOf} from './key.ts'
import {launch} from './launch.ts'
import {describeOwner, type Lock, takeLock, tryLock} from './lock.ts'
import {type History, openHistory} from './reason.ts'
import type {RunRequest} from './run-request.ts'
import {logFile, type Refs, writeRefs} from './runs.ts'
import {findSnapshot, scratchFolder} from './scratch.ts'
import {findEntry, type Manifest} from './store.ts'

/** One runner at work on one run. */
export interface Session {
  readonly request: Omit<RunRequest, 'onEvent'>
  readonly graph: Graph
  readonly keys: Keys
  readonly tell: Tell
  /** Node -> key; written to refs.json before anything relies on it. */
  readonly refs: Record<string, string>
  refsChanged: boolean
  /** Nodes whose outputs are known. */
  readonly done: Map<string, Known>
  history?: History
  readonly count: {computed: number; hits: number}
}

interface Known {
  readonly key: string
  readonly record: KeyRecord
  readonly entry: Present
}

/** Sees to it that a node is in the store: its inputs first, then a look-up, then the computation. */
export async function ensure(id: string, session: Session): Promise<Known> {
  const known = session.done.get(id)
  if (known !== undefined) return known
  const node = session.graph.get(id)!
  for (;;) {
    const digests = await digestInputs(node, session)
    if (digests === undefined) continue
    const record = await session.keys.record(node, digests)
    const key = keyOf(record)
    const entry = await lookUp(node, key, session)
    const made = entry === undefined ? await compute(node, key, record, session) : {key, record, entry}
    if (made === undefined) continue // an input came out with other bytes when it was computed again: so this key was not the right one
    session.done.set(id, made)
    return made
  }
}

/** Writes refs.json if a node has a new key: before a stage starts and after each commit, so that others see what is held on to. */
export async function saveRefs(session: Session): Promise<void> {
  if (!session.refsChanged) return
  session.refsChanged = false
  const sorted: Refs = Object.fromEntries(Object.entries(session.refs).sort(([a], [b]) => (a < b ? -1 : 1)))
  await writeRefs(session.request.artifacts, session.request.run, sorted)
}

/** Undefined when a dropped input had to be computed again to look into it: then all digests are taken anew. */
async function digestInputs(node: Node, session: Session): Promise<Record<string, string> | undefined> {
  const digests: Record<string, string> = {}
  for (const [input, source] of Object.entries(node.inputs)) {
    const {entry} = await ensure(source.node, session)
    const digest = await session.keys.inputDigest(node, input, entry, source.output)
    if (digest === undefined) {
      await recompute(source.node, `${source.output} was dropped, ${node.id} reads it`, session)
      return undefined
    }
    digests[input] = digest
  }
  return digests
}

async function lookUp(node: Node, key: string, session: Session): Promise<Present | undefined> {
  const {artifacts} = session.request
  const entry = findEntry(artifacts, key)
  if (entry.state === 'damaged') session.tell({kind: 'damaged', node: node.id, key, reason: entry.reason})
  if (entry.state !== 'present') return undefined
  session.tell({kind: 'hit', node: node.id, key})
  session.count.hits += 1
  point(node, key, session)
  // Left by a kill between commit and clean-up.
  if (existsSync(scratchFolder(artifacts, key)))
    await withLease(node, key, session, () => removeScratch(artifacts, key))
  return entry
}

function point(node: Node, key: string, session: Session): void {
  if (session.refs[node.id] === key) return
  session.refs[node.id] = key
  session.refsChanged = true
}

/** Computes a node that is not in the store; undefined when its key turned out to be another one. */
async function compute(node: Node, key: string, record: KeyRecord, session: Session): Promise<Known | undefined> {
  const {artifacts} = session.request
  return withLease(node, key, session, async (lease) => {
    const found = findEntry(artifacts, key)
    if (found.state === 'present') {
      // Whoever held the lease before has computed it.
      session.tell({kind: 'hit', node: node.id, key})
      session.count.hits += 1
      point(node, key, session)
      return {key, record, entry: found}
    }
    const damage = found.state === 'damaged' ? `entry damaged: ${found.reason}` : undefined
    if (found.state === 'damaged') await setAside(artifacts, found.folder, new Date())
    session.history ??= openHistory(artifacts, session.request.run)
    const reason = damage ?? session.history.explain(node.id, record, [])
    const made = await execute({node, key, record, reason, lease}, session)
    if (made === undefined) return undefined
    const entry = await commit(artifacts, made.attempt, made.manifest).catch((error: unknown) =>
      discard(made.attempt, error),
    )
    await removeScratch(artifacts, key)
    await finish(node, key, made.manifest, session)
    return {key, record, entry}
  })
}

/** Computes a node whose bytes were dropped. Other bytes than before are told, and take the place of the old ones. */
async function recompute(id: string, reason: string, session: Session): Promise<void> {
  const {artifacts} = session.request
  const node = session.graph.get(id)!
  const {key, record} = session.done.get(id)!
  await withLease(node, key, session, async (lease) => {
    const found = findEntry(artifacts, key)
    if (found.state === 'present' && found.dropped.length === 0) {
      session.done.set(id, {key, record, entry: found})
      return
    }
    const made = found.state === 'present' ? await execute({node, key, record, reason, lease}, session) : undefined
    if (made === undefined || found.state !== 'present') {
      session.done.delete(id) // looked up anew by whoever asked
      return
    }
    const entry = await putBack(node, found, made, session).catch((error: unknown) => discard(made.attempt, error))
    session.done.set(id, {key, record, entry})
    await removeScratch(artifacts, key)
    await finish(node, key, made.manifest, session)
  })
}

interface Made {
  readonly attempt: Attempt
  readonly manifest: Manifest
}

async function putBack(node: Node, found: Present, {attempt, manifest}: Made, session: Session): Promise<Present> {
  const changed = Object.entries(manifest.outputs).filter(
    ([output, {sha256}]) => found.manifest.outputs[output]?.sha256 !== sha256,
  )
  if (changed.length === 0) return restoreOutputs(found, attempt)
  for (const [output, {sha256}] of changed) {
    const before = found.manifest.outputs[output]?.sha256.slice(0, 12)
    const text = `${output} came out with other bytes than before (sha256 ${before} -> ${sha256.slice(0, 12)}): this stage does not repeat itself here`
    session.tell({kind: 'note', node: node.id, text: `${text}. What depends on it is looked up anew`})
  }
  const {artifacts} = session.request
  await setAside(artifacts, found.folder, new Date())
  return commit(artifacts, attempt, manifest)
}

/** What could not be committed only takes space, which may be the very reason. */
async function discard({folder}: Attempt, error: unknown): Promise<never> {
  await rm(folder, {recursive: true, force: true})
  throw error
}

async function finish(node: Node, key: string, manifest: Manifest, session: Session): Promise<void> {
  point(node, key, session)
  await saveRefs(session)
  session.count.computed += 1
  const bytes = Object.values(manifest.outputs).reduce((sum, output) => sum + output.bytes, 0)
  session.tell({kind: 'committed', node: node.id, key, seconds: manifest.seconds, bytes, facts: manifest.facts})
}

interface Execution {
  readonly node: Node
  readonly key: string
  readonly record: KeyRecord
  readonly reason: string
  readonly lease: Lock
}

/** Runs the stage in a fresh folder and checks what it wrote; undefined when an input changed on the way. */
async function execute({node, key, record, reason, lease}: Execution, session: Session): Promise<Made | undefined> {
  const {artifacts, root, catalogue, run} = session.request
  const pins = await pinInputs(node, session)
  if (pins === undefined) return undefined
  try {
    await saveRefs(session)
    const attempt = await openAttempt(artifacts, key, node.definition.outputs, catalogue)
    const scratch = scratchFolder(artifacts, key)
    const step = findSnapshot(scratch)
    const log = logFile(artifacts, run, node.id)
    session.tell({kind: 'started', node: node.id, key, reason, ...(step === undefined ? {} : {resumedFromStep: step})})
    const startedAt = new Date()
    const ending = await launch({
      job: {
        module: resolve(root, node.definition.module),
        values: node.values,
        inputs: pins.paths,
        outputs: attempt.outputs,
        scratch,
        snapshotEverySteps: node.entry.resume?.every_steps ?? Number.POSITIVE_INFINITY,
      },
      root,
      log,
      lease: lease.descriptor,
      onProgress: (progress) => session.tell({kind: 'progress', node: node.id, progress}),
      onNote: (text) => session.tell({kind: 'note', node: node.id, text}),
      signal: session.request.signal,
      kill: session.request.kill,
    })
    if (ending.kind === 'done') {
      const problems = await checkOutputs(node, attempt.outputs, pins.paths, catalogue)
      if (problems.length > 0)
        fail(
          exitCodes.contract,
          [...problems, `what the stage wrote is kept in ${attempt.folder}`],
          {node, log},
          session,
        )
      const seconds = (Date.now() - startedAt.getTime()) / 1000
      const outputs = await describeOutputs(attempt, node.definition.outputs)
      const manifest: Manifest = {
        schema: 1,
        key,
        record,
        node: node.id,
        run,
        startedAt: startedAt.toISOString(),
        seconds,
        outputs,
        facts: ending.facts,
      }
      return {attempt, manifest}
    }
    await rm(attempt.folder, {recursive: true, force: true})
    if (ending.kind === 'stopped') return stop(node, key, ending.reason, session)
    return fail(exitCodes.failed, ending.problems, {node, log}, session)
  } finally {
    for (const {release} of pins.locks) release()
  }
}

interface Pins {
  readonly paths: Record<string, string>
  readonly locks: readonly Lock[]
}

/** Locks the inputs against being dropped while they are read; what is dropped already is computed again. */
async function pinInputs(node: Node, session: Session): Promise<Pins | undefined> {
  const paths: Record<string, string> = {}
  const locks: Lock[] = []
  for (const [input, source] of Object.entries(node.inputs)) {
    const before = session.done.get(source.node)!
    const lock = await tryLock(join(before.entry.folder, 'manifest.json'), 'shared')
    if (lock !== undefined) locks.push(lock)
    const entry = findEntry(session.request.artifacts, before.key)
    const there = lock !== undefined && entry.state === 'present' && !entry.dropped.includes(source.output)
    if (!there) {
      for (const {release} of locks) release()
      await refresh(source.node, `${source.output} was dropped, ${node.id} reads it`, session)
      const after = session.done.get(source.node)
      const same =
        after?.entry.manifest.outputs[source.output]?.sha256 === before.entry.manifest.outputs[source.output]!.sha256
      return same ? pinInputs(node, session) : undefined
    }
    const {file} = entry.manifest.outputs[source.output]!
    paths[input] = join(entry.folder, file)
  }
  return {paths, locks}
}

/** Brings an input back, whatever became of it since it was looked up. */
async function refresh(id: string, reason: string, session: Session): Promise<void> {
  const {key} = session.done.get(id)!
  if (findEntry(session.request.artifacts, key).state === 'present') return recompute(id, reason, session)
  session.done.delete(id)
  await ensure(id, session)
}

function stop(node: Node, key: string, reason: string, session: Session): never {
  const step = findSnapshot(scratchFolder(session.request.artifacts, key))
  session.tell({kind: 'stopped', node: node.id, reason, ...(step === undefined ? {} : {step})})
  throw new RunEnded(step === undefined && session.count.computed === 0 ? exitCodes.interrupted : exitCodes.stopped)
}

function fail(
  exitCode: number,
  problems: readonly string[],
  {node, log}: {node: Node; log: string},
  session: Session,
): never {
  session.tell({kind: 'failed', node: node.id, exitCode, problems, log})
  throw new RunEnded(exitCode)
}

/** Holds the right to compute a key; a second runner waits here for the first one. */
async function withLease<T>(node: Node, key: string, session: Session, act: (lease: Lock) => Promise<T>): Promise<T> {
  const {artifacts, run, noWait, signal} = session.request
  const folder = join(artifacts, 'lease')
  mkdirSync(folder, {recursive: true})
  const lease = await takeLock(join(folder, key), {
    owner: {pid: process.pid, run, node: node.id},
    what: node.id,
    noWait,
    onWait: (owner) =>
      session.tell({kind: 'waiting', for: describeOwner(owner), pid: owner?.pid ?? 0, what: 'node', node: node.id}),
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

async function removeScratch(artifacts: string, key: string): Promise<void> {
  await durably('remove-scratch', () => rm(scratchFolder(artifacts, key), {recursive: true, force: true}))
}
