import {join} from 'node:path'
import {UserError} from '../user-error.ts'
import type {Config} from './config.ts'
import {ensure} from './demand.ts'
import {type Graph, openGraphOf} from './graph.ts'
import {keyOf, openKeys} from './key.ts'
import type {StageEntry} from './pipeline-file.ts'
import type {RunRequest} from './run-request.ts'
import {readRefs} from './runs.ts'
import {type Known, saveRefs} from './session.ts'
import {findEntry, type Manifest} from './store.ts'
import {work} from './work.ts'

export interface DerivedRequest extends Omit<RunRequest, 'epochs'> {
  /** Node to have: `index-val@3`. */
  readonly node: string
  /** How it, and others that it needs, is made: entries of the loop's measurements that pipeline.yaml does not have. */
  readonly entries: Readonly<Record<string, StageEntry>>
}

/** Where a derived node's outputs are; without files when the computation ended early, with the code that says how. */
export interface Derived {
  readonly exitCode: number
  readonly files: Readonly<Record<string, string>>
  readonly facts: Manifest['facts']
}

/**
 * Sees to it that something made from a run's artifacts is in the store. What the run has computed is taken as it is, also when
 * code has changed since: a search in an old run's descriptors is about these descriptors. Waits for a runner only when there is
 * something to compute. Throws UserError where an artifact is gone.
 */
export async function executeDerived(request: DerivedRequest): Promise<Derived> {
  const config = withEntries(request.config, request.entries)
  const whole = openGraphOf(request.node, config, request.catalogue)
  const computed = findComputed(whole, request)
  const graph = new Map([...whole].filter(([id]) => !computed.has(id)))
  checkSources(graph, computed, request)
  const present = await findPresent(graph, computed, request)
  const there = present.get(request.node)
  if (there !== undefined) return describe(there)
  let made: Known | undefined
  const {exitCode} = await work({...request, config, epochs: 0}, graph, async (session) => {
    for (const [id, known] of present) session.done.set(id, known)
    made = await ensure(request.node, session)
    await saveRefs(session)
  })
  return made === undefined ? {exitCode, files: {}, facts: {}} : describe(made)
}

/** The configuration with more to measure of every state of the model; a command's own wiring, so it is not checked again. */
export function withEntries(config: Config, entries: DerivedRequest['entries']): Config {
  const {pipeline} = config
  return {...config, pipeline: {...pipeline, loop: {...pipeline.loop, measure: {...pipeline.loop.measure, ...entries}}}}
}

/** What the run's own references name and the store still has. */
function findComputed(graph: Graph, {artifacts, run, entries}: DerivedRequest): Map<string, Known> {
  const computed = new Map<string, Known>()
  for (const [id, key] of Object.entries(readRefs(artifacts, run))) {
    const node = graph.get(id)
    // What is derived has its key looked up: it may have been made from other sources last time.
    if (node === undefined || Object.hasOwn(entries, node.name)) continue
    const entry = findEntry(artifacts, key)
    if (entry.state === 'present') computed.set(id, {key, record: entry.manifest.record, entry})
  }
  return computed
}

function checkSources(graph: Graph, computed: ReadonlyMap<string, Known>, {run, entries}: DerivedRequest): void {
  const problems = [...graph.values()].flatMap((node) => {
    if (!Object.hasOwn(entries, node.name)) {
      return [`${node.id} is not in the store. Compute it: npx nearmiss run --run ${run}`]
    }
    return Object.values(node.inputs)
      .filter(({node: source, output}) => computed.get(source)?.entry.dropped.includes(output))
      .map(
        ({node: source, output}) => `${output} of ${source} was let go by a keep rule. Take the best or the last epoch`,
      )
  })
  if (problems.length > 0) throw new UserError(problems.join('\n'))
}

/** The computed nodes, and those derived ones that were derived before. */
async function findPresent(
  graph: Graph,
  computed: ReadonlyMap<string, Known>,
  {catalogue, root, folder, artifacts}: DerivedRequest,
): Promise<Map<string, Known>> {
  const keys = openKeys(catalogue, {root, folder, artifacts})
  const present = new Map(computed)
  for (const node of graph.values()) {
    const digests: Record<string, string> = {}
    for (const [input, source] of Object.entries(node.inputs)) {
      const producer = present.get(source.node)
      const digest = producer && (await keys.inputDigest(node, input, producer.entry, source.output))
      if (digest !== undefined) digests[input] = digest
    }
    if (Object.keys(digests).length < Object.keys(node.inputs).length) continue
    const record = await keys.record(node, digests)
    const key = keyOf(record)
    const entry = findEntry(artifacts, key)
    if (entry.state === 'present' && entry.dropped.length === 0) present.set(node.id, {key, record, entry})
  }
  keys.save()
  return present
}

function describe({entry}: Known): Derived {
  const files = Object.entries(entry.manifest.outputs).map(
    ([output, {file}]) => [output, join(entry.folder, file)] as const,
  )
  return {exitCode: 0, files: Object.fromEntries(files), facts: entry.manifest.facts}
}
