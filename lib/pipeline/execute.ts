import {rm} from 'node:fs/promises'
import {resolve} from 'node:path'
import {type Attempt, checkOutputs, describeOutputs, openAttempt, setAside} from './commit.ts'
import {exitCodes, fail, stop} from './failure.ts'
import type {Node} from './graph.ts'
import type {KeyRecord} from './key.ts'
import {type Ending, launch} from './launch.ts'
import type {Lock} from './lock.ts'
import {logFile} from './runs.ts'
import {findSnapshot, scratchFolder} from './scratch.ts'
import {type Session, saveRefs} from './session.ts'
import {type Manifest, verifyEntry} from './store.ts'

export interface Execution {
  readonly node: Node
  readonly key: string
  readonly record: KeyRecord
  readonly reason: string
  readonly lease: Lock
  readonly inputs: Readonly<Record<string, string>>
}

/** What a stage wrote, checked and ready for the commit. */
export interface Made {
  readonly attempt: Attempt
  readonly manifest: Manifest
}

/** Runs the stage in a fresh folder and checks what it wrote. Every other end than a good one ends the run. */
export async function execute(execution: Execution, session: Session): Promise<Made> {
  const {node, key, record, reason} = execution
  const {artifacts, catalogue, run} = session.request
  await saveRefs(session)
  const attempt = await openAttempt(artifacts, key, node.definition.outputs, catalogue)
  const step = findSnapshot(scratchFolder(artifacts, key))
  const resumed = step === undefined ? {} : {resumedFromStep: step}
  session.tell({kind: 'started', node: node.id, key, reason, ...resumed})
  const startedAt = new Date()
  const startMs = performance.now() // the wall clock may be set meanwhile
  const ending = await launchStage(execution, attempt, session)
  if (ending.kind !== 'done') {
    await rm(attempt.folder, {recursive: true, force: true})
    if (ending.kind === 'stopped') return stop(node, key, ending.reason, session)
    await blameInputs(node, session)
    return fail(exitCodes.failed, ending.problems, node, session)
  }
  const problems = await checkOutputs(node, attempt.outputs, execution.inputs, catalogue)
  if (problems.length > 0) {
    return fail(exitCodes.contract, [...problems, `what the stage wrote is kept in ${attempt.folder}`], node, session)
  }
  const manifest: Manifest = {
    schema: 1,
    key,
    record,
    node: node.id,
    run,
    startedAt: startedAt.toISOString(),
    seconds: (performance.now() - startMs) / 1000,
    outputs: await describeOutputs(attempt, node.definition.outputs),
    facts: ending.facts,
  }
  return {attempt, manifest}
}

function launchStage({node, key, lease, inputs}: Execution, attempt: Attempt, session: Session): Promise<Ending> {
  const {artifacts, root, folder, run, signal, kill} = session.request
  return launch({
    job: {
      module: resolve(root, node.definition.module),
      values: node.values,
      inputs,
      outputs: attempt.outputs,
      scratch: scratchFolder(artifacts, key),
      ...snapshotIntervals(node),
    },
    folder,
    log: logFile(artifacts, run, node.id),
    lease: lease.descriptor,
    onProgress: (progress) => session.tell({kind: 'progress', node: node.id, progress}),
    onNote: (text) => session.tell({kind: 'note', node: node.id, text}),
    signal,
    kill,
  })
}

/** How often pipeline.yaml wants mid-stage snapshots. */
export function snapshotIntervals({entry: {resume}}: Node) {
  return {
    snapshotEverySteps: resume?.every_steps ?? Number.POSITIVE_INFINITY,
    snapshotEverySeconds: resume?.every_seconds ?? Number.POSITIVE_INFINITY,
  }
}

/** A stage may have failed because an input rotted on the disk: sizes are checked at every hit, contents only now. */
async function blameInputs(node: Node, session: Session): Promise<void> {
  const problems: string[] = []
  for (const {node: source} of Object.values(node.inputs)) {
    const {key, entry} = session.done.get(source)!
    const damage = await verifyEntry(session.request.artifacts, key)
    if (damage.length === 0) continue
    session.tell({kind: 'damaged', node: source, key, reason: damage.join(', ')})
    await setAside(session.request.artifacts, entry.folder, new Date())
    problems.push(
      `its input from ${source} is damaged: ${damage.join(', ')}. It was set aside: run again to compute it anew`,
    )
  }
  if (problems.length > 0) fail(exitCodes.damaged, problems, node, session)
}
