import type {Config} from './config.ts'
import {ConfigError} from './config-error.ts'
import type {OutputReference, StageEntry} from './pipeline-file.ts'
import {resolveReferences} from './references.ts'
import type {Catalogue, StageDefinition, Values} from './stage.ts'
import {valueAt, withValueAt} from './tree.ts'

/** One execution of a stage that somebody needs: `prepare-splits`, `mine-negatives@3`. */
export interface Node {
  readonly id: string
  /** Name in pipeline.yaml. */
  readonly name: string
  /** Absent outside the loop. */
  readonly epoch?: number
  readonly part: 'stages' | 'advance' | 'measure'
  /** Name in the catalogue. */
  readonly stage: string
  readonly definition: StageDefinition
  readonly entry: StageEntry
  readonly values: Values
  /** Inputs that are there and needed with these values. */
  readonly inputs: Readonly<Record<string, Source>>
}

/** An output of another node. */
export interface Source {
  readonly node: string
  readonly output: string
}

/** The nodes that are needed, each after those it reads from. */
export type Graph = ReadonlyMap<string, Node>

interface Loop {
  readonly config: Config
  readonly catalogue: Catalogue
}

/**
 * What `epochs` turns of the loop need: the measurements from turn 0 on, the carried state, and the stages outside the loop, in each case
 * those whose outputs nobody else reads. Inputs that a stage does not need with its values are left out, and so is who only they would need.
 */
export function openGraph(config: Config, catalogue: Catalogue, epochs: number): Graph {
  const graph = new Map<string, Node>()
  for (const id of targets(config, epochs)) addNode(id, {config, catalogue}, graph)
  return inFileOrder(graph, Object.keys(config.pipeline.stages))
}

/** The single node `id` with all it needs, whether or not the loop's targets need it. */
export function openGraphOf(id: string, config: Config, catalogue: Catalogue): Graph {
  const graph = new Map<string, Node>()
  addNode(id, {config, catalogue}, graph)
  return graph
}

/** `mine-negatives` and 3 -> `mine-negatives@3`. */
export function nodeId(name: string, epoch: number | undefined): string {
  return epoch === undefined ? name : `${name}@${epoch}`
}

function targets({pipeline: {stages, loop}}: Config, epochs: number): string[] {
  const read = new Set([
    ...[...Object.values(stages), ...Object.values(loop.advance), ...Object.values(loop.measure)].flatMap((entry) =>
      Object.values(entry.in).map(({stage}) => stage),
    ),
    ...Object.values(loop.carry).flatMap(({first}) => (first === undefined ? [] : [first.stage])),
  ])
  const ends = Object.keys(stages).filter((name) => !read.has(name))
  const carried = [...new Set(Object.values(loop.carry).map(({next}) => next.stage))]
  const measured = Object.keys(loop.measure).filter((name) => !read.has(name))
  const turns = Array.from({length: epochs + 1}, (_, epoch) => [
    ...(epoch === 0 ? [] : carried.map((name) => nodeId(name, epoch))),
    ...measured.map((name) => nodeId(name, epoch)),
  ])
  return [...ends, ...turns.flat()]
}

/** What is outside the loop as the file has it, as far as sources allow: what is written first refuses first. */
function inFileOrder(graph: Graph, stages: readonly string[]): Graph {
  const ordered = new Map<string, Node>()
  const add = (id: string) => {
    const node = graph.get(id)
    if (node === undefined || ordered.has(id)) return
    for (const source of Object.values(node.inputs)) add(source.node)
    ordered.set(id, node)
  }
  stages.forEach(add)
  return new Map([...ordered, ...graph])
}

/** Sources first. With a stack of its own: epoch 10,000 is more calls deep than Node's has room for. */
function addNode(id: string, loop: Loop, graph: Map<string, Node>): void {
  const waiting = graph.has(id) ? [] : [makeNode(id, loop)]
  for (let node = waiting.at(-1); node !== undefined; node = waiting.at(-1)) {
    const source = Object.values(node.inputs).find((each) => !graph.has(each.node))
    if (source !== undefined) {
      waiting.push(makeNode(source.node, loop))
      continue
    }
    waiting.pop()
    graph.set(node.id, node)
  }
}

function makeNode(id: string, {config, catalogue}: Loop): Node {
  const {stages, loop} = config.pipeline
  const [name = '', turn] = id.split('@')
  const epoch = turn === undefined ? undefined : Number(turn)
  const part = Object.hasOwn(stages, name) ? 'stages' : Object.hasOwn(loop.advance, name) ? 'advance' : 'measure'
  const entry = (part === 'stages' ? stages : loop[part])[name]!
  const stage = entry.run ?? name
  const definition = catalogue.stages[stage]!
  const values = valuesOf(entry, config, epoch)
  const missing = Object.entries(definition.inputs).filter(
    ([input, {needed}]) => needed?.(values) && !Object.hasOwn(entry.in, input),
  )
  if (missing.length > 0) {
    const problems = missing.map(([input]) => ({
      where: `stage ${name}`,
      text: `input ${input} is needed with these parameters: add it to in`,
    }))
    throw new ConfigError(problems)
  }
  const wired = Object.entries(entry.in).filter(([input]) => definition.inputs[input]!.needed?.(values) ?? true)
  const inputs = wired.flatMap(([input, reference]) => {
    const source = sourceOf(reference, config, part, epoch)
    return source === undefined ? [] : [[input, source] as const]
  })
  return {
    id,
    name,
    ...(epoch === undefined ? {} : {epoch}),
    part,
    stage,
    definition,
    entry,
    values,
    inputs: Object.fromEntries(inputs),
  }
}

function valuesOf(entry: StageEntry, {params, pipeline}: Config, epoch: number | undefined): Values {
  const declared = entry.params.reduce<unknown>((tree, name) => {
    const path = name.split('.')
    return withValueAt(tree, path, valueAt(params, path))
  }, {})
  const turn = epoch === undefined ? {} : {[pipeline.loop.name]: epoch}
  return {...(declared as Values), ...(resolveReferences(entry.with, {params, turn}) as Values)}
}

/** Who makes an input. `advance` reads the state of the turn before, `measure` that of its own; nobody made what has no `first`. */
function sourceOf(
  {stage, output}: OutputReference,
  config: Config,
  part: Node['part'],
  epoch: number | undefined,
): Source | undefined {
  const {stages, loop} = config.pipeline
  if (stage !== 'carry') return {node: nodeId(stage, Object.hasOwn(stages, stage) ? undefined : epoch), output}
  const {first, next} = loop.carry[output]!
  const state = part === 'advance' ? epoch! - 1 : epoch!
  if (state >= loop.from) return {node: nodeId(next.stage, state), output: next.output}
  return first === undefined ? undefined : {node: first.stage, output: first.output}
}
