import type {Config} from './config.ts'
import {type Graph, type Node, openGraph} from './graph.ts'
import {type KeyRecord, type Keys, keyOf, openKeys} from './key.ts'
import {type History, openHistory} from './reason.ts'
import {requireExternal} from './require-external.ts'
import type {Catalogue} from './stage.ts'
import {type Entry, findEntry, verifyEntry} from './store.ts'

export interface PlanRequest {
  readonly config: Config
  readonly catalogue: Catalogue
  readonly run: string
  /** Plan as far as this epoch; 0 is the untrained state. */
  readonly epochs: number
  /** Folder that stage modules are found from. */
  readonly root: string
  /** Folder of pipeline.yaml: relative paths of data and weights start here. */
  readonly folder: string
  /** Folder of store, runs and locks. */
  readonly artifacts: string
}

export interface PlannedNode {
  /** `prepare-splits`, `mine-negatives@3`. */
  readonly node: string
  /** Name of the stage in pipeline.yaml: the node without its epoch. */
  readonly name: string
  readonly epoch?: number
  /** Absent while it depends on an output that is not known yet. */
  readonly key?: string
  /**
   * `maybe`: an input will be computed first; if its bytes come out as before, this is a hit. `gone`: a measurement of an old epoch
   * whose model was dropped; it is left out, because measuring never retrains.
   */
  readonly state: 'hit' | 'run' | 'maybe' | 'gone'
  /** `objective.margin 0.1 -> 0.2`, `code lib/objectives/losses/triplet.ts changed`, `never computed`; empty for a hit. */
  readonly reason: string
}

/** What `executeRun` would do, in its order, without doing it. Reads files only, takes no lock. */
export async function planRun(request: PlanRequest): Promise<PlannedNode[]> {
  return planGraph(openGraph(request.config, request.catalogue, request.epochs), request)
}

/** The same for any part of the pipeline. */
export async function planGraph(
  graph: Graph,
  {config, catalogue, run, root, folder, artifacts}: PlanRequest,
): Promise<PlannedNode[]> {
  requireExternal(graph, folder, config)
  const keys = openKeys(catalogue, {root, folder, artifacts})
  const history = openHistory(artifacts, run)
  const plan = new Map<string, Outlook>()
  for (const node of graph.values()) plan.set(node.id, await foresee(node, plan, {keys, history, artifacts}))
  keys.save()
  recomputeDropped(graph, plan)
  leaveOut(graph, plan)
  return [...graph.values()].map(({id, name, epoch}) => {
    const {state, reason, key} = plan.get(id)!
    return {node: id, name, ...(epoch === undefined ? {} : {epoch}), ...(key === undefined ? {} : {key}), state, reason}
  })
}

interface Outlook {
  readonly state: PlannedNode['state']
  readonly reason: string
  readonly key?: string
  /** Of a hit. */
  readonly entry?: Extract<Entry, {state: 'present'}>
}

interface Tools {
  readonly keys: Keys
  readonly history: History
  readonly artifacts: string
}

async function foresee(node: Node, plan: Map<string, Outlook>, tools: Tools): Promise<Outlook> {
  const {keys, history, artifacts} = tools
  const digests: Record<string, string> = {}
  const unknown: string[] = []
  for (const input of Object.keys(node.inputs)) {
    const digest = await digestInput(node, input, plan, tools)
    if (digest === undefined) unknown.push(input)
    else digests[input] = digest
  }
  const record = await keys.record(node, digests)
  return unknown.length > 0 ? guess(node, record, unknown, history) : lookUp(node, record, history, artifacts)
}

/** Undefined where it will only be known later; a look into a rotten file makes its producer run again. */
async function digestInput(
  node: Node,
  input: string,
  plan: Map<string, Outlook>,
  {keys, artifacts}: Tools,
): Promise<string | undefined> {
  const {node: source, output} = node.inputs[input]!
  const producer = plan.get(source)!
  if (producer.entry === undefined) return undefined
  try {
    return await keys.inputDigest(node, input, producer.entry, output)
  } catch (error) {
    const {key} = producer.entry.manifest
    const [damage] = await verifyEntry(artifacts, key)
    if (damage === undefined) throw error
    plan.set(source, {state: 'run', reason: `entry damaged: ${damage}`, key})
    return undefined
  }
}

function lookUp(node: Node, record: KeyRecord, history: History, artifacts: string): Outlook {
  const key = keyOf(record)
  const entry = findEntry(artifacts, key)
  if (entry.state === 'present') return {state: 'hit', reason: '', key, entry}
  const reason = entry.state === 'damaged' ? `entry damaged: ${entry.reason}` : history.explain(node.id, record, [])
  return {state: 'run', reason, key}
}

/** With inputs still to be computed: a hit is possible only where all the rest of the record was seen before. */
function guess(node: Node, record: KeyRecord, unknown: readonly string[], history: History): Outlook {
  if (!history.mayHit(node.id, record, unknown))
    return {state: 'run', reason: history.explain(node.id, record, unknown)}
  const sources = unknown.map((input) => `${node.inputs[input]!.output} of ${node.inputs[input]!.node}`)
  return {state: 'maybe', reason: `unless ${sources.join(' and ')} comes out as before`}
}

/** A hit without its bytes runs again where somebody who runs reads them; readers come after it in the graph. */
function recomputeDropped(graph: Graph, plan: Map<string, Outlook>): void {
  for (const node of [...graph.values()].reverse()) {
    const {state} = plan.get(node.id)!
    for (const {node: source, output} of Object.values(node.inputs)) {
      const producer = plan.get(source)!
      if (state === 'hit' || producer.state === 'run' || !producer.entry?.dropped.includes(output)) continue
      if (node.part === 'measure' && graph.get(source)!.part === 'advance') {
        const reason = `${output} of ${source} was dropped, and a measurement does not retrain`
        plan.set(node.id, {...plan.get(node.id)!, state: 'gone', reason})
        break
      }
      plan.set(source, {...producer, state, reason: `${output} was dropped, ${node.id} reads it`})
    }
  }
}

/** What reads from a measurement that is left out is left out too. */
function leaveOut(graph: Graph, plan: Map<string, Outlook>): void {
  for (const node of graph.values()) {
    const outlook = plan.get(node.id)!
    const gone = Object.values(node.inputs).find(({node: source}) => plan.get(source)!.state === 'gone')
    if (gone === undefined || outlook.state === 'hit') continue
    plan.set(node.id, {...outlook, state: 'gone', reason: `${gone.node} is left out`})
  }
}
