import {existsSync} from 'node:fs'
import {rename} from 'node:fs/promises'
import {basename, join, resolve} from 'node:path'
import {UserError} from '../user-error.ts'
import {checkOutputs, outputPaths} from './commit.ts'
import {ensure} from './demand.ts'
import {didYouMean} from './did-you-mean.ts'
import type {News} from './event-log.ts'
import {snapshotIntervals} from './execute.ts'
import {exitCodes} from './failure.ts'
import {type Graph, type Node, nodeId, openGraphOf} from './graph.ts'
import {openHandRoom} from './hand-room.ts'
import {launch} from './launch.ts'
import {planGraph} from './plan.ts'
import {requireExternal} from './require-external.ts'
import type {RunRequest} from './run-request.ts'
import {readRefs} from './runs.ts'
import {findSnapshot} from './scratch.ts'
import {saveRefs} from './session.ts'
import {findEntry} from './store.ts'
import {work} from './work.ts'

export interface StageByHandRequest extends RunRequest {
  /** Name of the stage in pipeline.yaml. `epochs` of the request says which epoch it is (ignored outside the loop). */
  readonly stage: string
  /** Loose files instead of the run's own artifacts: input -> path. Needs `out`. */
  readonly inputs: Readonly<Record<string, string>>
  /** Folder for the outputs; without it they go to the store like any other. */
  readonly out?: string | undefined
}

/** How a stage by hand ended and where its outputs are. */
export interface StageByHandResult {
  readonly exitCode: number
  readonly files: Readonly<Record<string, string>>
}

/**
 * Runs one stage through the same code path as a run: inputs come from the run (or from loose files), nothing upstream is computed.
 * A missing input is a UserError that says how to get it.
 */
export async function executeStage(request: StageByHandRequest): Promise<StageByHandResult> {
  const {config, catalogue, stage, epochs, out} = request
  const {loop} = config.pipeline
  const epoch = Object.hasOwn(loop.advance, stage)
    ? Math.max(epochs, loop.from)
    : Object.hasOwn(loop.measure, stage)
      ? epochs
      : undefined
  const id = nodeId(stage, epoch)
  const graph = openGraphOf(id, config, catalogue)
  return out === undefined ? executeInStore(id, graph, request) : executeLoose(graph.get(id)!, request, out)
}

/** Into the store: what it reads must be there under the keys of this configuration. */
async function executeInStore(id: string, graph: Graph, request: StageByHandRequest): Promise<StageByHandResult> {
  const plan = await planGraph(graph, request)
  const missing = plan.filter(({node, state}) => node !== id && state !== 'hit')
  if (missing.length > 0) {
    const lines = missing.map(({node, reason}) => `${node} is not there: ${reason}`)
    throw new UserError(
      [...lines, `A stage by hand computes nothing else. Run first: npx nearmiss run --run ${request.run}`].join('\n'),
    )
  }
  const files: Record<string, string> = {}
  const {exitCode} = await work(request, graph, async (session) => {
    for (const each of graph.keys()) await ensure(each, session) // sources first, or it would call itself once an epoch
    const {entry} = await ensure(id, session)
    await saveRefs(session)
    for (const [output, {file}] of Object.entries(entry.manifest.outputs)) files[output] = join(entry.folder, file)
  })
  return {exitCode, files}
}

/** Into a folder of the user's: no key, no lease, the same checks. */
async function executeLoose(node: Node, request: StageByHandRequest, out: string): Promise<StageByHandResult> {
  const {catalogue, root, folder, config, onEvent, signal, kill} = request
  requireExternal(new Map([[node.id, node]]), folder, config)
  const inputs = findInputs(node, request)
  const room = await openHandRoom(node, inputs, out, request)
  if (room === undefined) return {exitCode: exitCodes.interrupted, files: {}}
  const tell = (news: News) => onEvent({at: new Date().toISOString(), ...news})
  const log = join(out, `${node.name}.log`)
  const outputs = outputPaths(room.attempt, node.definition.outputs, catalogue)
  let finished = false
  try {
    const {resumedFromStep: step} = room
    const resumed = step === undefined ? {} : {resumedFromStep: step}
    tell({kind: 'started', node: node.id, key: '', reason: 'by hand', ...resumed})
    const start = performance.now()
    const ending = await launch({
      job: {
        module: resolve(root, node.definition.module),
        values: node.values,
        inputs,
        outputs,
        scratch: room.scratch,
        ...snapshotIntervals(node),
      },
      folder,
      log,
      ...(room.lock === undefined ? {} : {lease: room.lock.descriptor}),
      onProgress: (progress) => tell({kind: 'progress', node: node.id, progress}),
      onNote: (text) => tell({kind: 'note', node: node.id, text}),
      signal,
      kill,
    })
    if (ending.kind === 'stopped') {
      tell({kind: 'stopped', node: node.id, reason: ending.reason})
      return {exitCode: findSnapshot(room.scratch) === undefined ? exitCodes.interrupted : exitCodes.stopped, files: {}}
    }
    const broken = ending.kind === 'failed' ? ending.problems : await checkOutputs(node, outputs, inputs, catalogue)
    if (broken.length > 0) {
      const exitCode = ending.kind === 'failed' ? exitCodes.failed : exitCodes.contract
      tell({kind: 'failed', node: node.id, exitCode, problems: broken, log})
      return {exitCode, files: {}}
    }
    const files = await moveOut(outputs, out)
    finished = true
    const facts = ending.kind === 'done' ? ending.facts : {}
    tell({kind: 'committed', node: node.id, key: '', seconds: (performance.now() - start) / 1000, bytes: 0, facts})
    return {exitCode: 0, files}
  } finally {
    await room.close(finished)
  }
}

/** Loose files first, the run's artifacts for the rest; everything that is missing is said at once. */
function findInputs(node: Node, {inputs: loose, run, artifacts}: StageByHandRequest): Record<string, string> {
  const known = Object.keys(node.definition.inputs)
  const problems = Object.entries(loose).flatMap(([input, path]) => {
    if (!known.includes(input))
      return [`--in ${input}=${path}: ${node.name} has no input ${input}${didYouMean(input, known)}`]
    return existsSync(path) ? [] : [`--in ${input}=${path}: there is no such file`]
  })
  const found: Record<string, string> = {}
  for (const [input, path] of Object.entries(loose)) found[input] = resolve(path)
  const refs = readRefs(artifacts, run)
  const replaced = Object.keys(loose).flatMap((input) => [input, node.definition.inputs[input]?.standsFor])
  for (const [input, source] of Object.entries(node.inputs)) {
    const {belongsTo} = node.definition.inputs[input]!
    if (replaced.includes(input) || (belongsTo !== undefined && replaced.includes(belongsTo))) continue
    const key = refs[source.node]
    const entry = key === undefined ? undefined : findEntry(artifacts, key)
    const output = entry?.state === 'present' ? entry.manifest.outputs[source.output] : undefined
    if (entry?.state === 'present' && output !== undefined && !entry.dropped.includes(source.output)) {
      found[input] = join(entry.folder, output.file)
    } else {
      const dropped = entry?.state === 'present' ? 'let go by a keep rule' : 'not computed'
      // Whoever gives the other one, or finds it, is asked for this one then.
      if (belongsTo !== undefined && found[belongsTo] === undefined) continue
      const others = Object.entries(node.definition.inputs).filter(([, {standsFor}]) => standsFor === input)
      const ways = [input, ...others.map(([other]) => other)].map((name) => `--in ${name}=PATH`).join(' or ')
      problems.push(
        `input ${input} is ${source.output} of ${source.node}, which run ${run} has ${dropped}. Give a file: ${ways}`,
      )
    }
  }
  if (problems.length > 0) throw new UserError(problems.join('\n'))
  return found
}

async function moveOut(outputs: Readonly<Record<string, string>>, out: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const [output, file] of Object.entries(outputs)) {
    const target = join(out, basename(file))
    await rename(file, target)
    files[output] = target
  }
  return files
}
