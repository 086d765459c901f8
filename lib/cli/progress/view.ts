import type {Event} from '../../pipeline/event.ts'
import type {Progress} from '../../pipeline/stage.ts'

/** One stage of one epoch as a person sees it. */
export interface NodeView {
  /** `train-epoch@3`, or `prepare-splits` outside the loop. */
  readonly node: string
  readonly state: 'hit' | 'running' | 'done' | 'stopped' | 'failed' | 'held'
  readonly startedMs: number
  readonly key?: string
  readonly seconds?: number
  readonly progress?: Progress
  /** Where this execution's count began, for the time left. */
  readonly first?: {readonly done: number; readonly ms: number}
  readonly note?: string
  /** Who computes it now, when it is not us. */
  readonly holder?: string
}

/** Everything the terminal needs to know of a run, folded from its events. */
export interface RunView {
  readonly run: string
  readonly epochs: number
  readonly startedMs: number
  /** The epoch of the newest event in the loop; undefined during set-up. */
  readonly epoch?: number
  readonly epochStartedMs: number
  /** Stages of that epoch in order of appearance. */
  readonly nodes: readonly NodeView[]
  /** Another runner that has to finish first. */
  readonly waiting?: string
  readonly finished: boolean
}

export const emptyView: RunView = {run: '', epochs: 0, startedMs: 0, epochStartedMs: 0, nodes: [], finished: false}

/** The view after one more event. */
export function applyEvent(view: RunView, event: Event): RunView {
  const ms = Date.parse(event.at)
  switch (event.kind) {
    case 'run-started':
      return {...emptyView, run: event.run, epochs: event.epochs, startedMs: ms, epochStartedMs: ms}
    case 'run-finished':
      return {...view, finished: true}
    case 'waiting': {
      const holder = event.for
      if (event.node === undefined) return {...view, waiting: holder}
      return withNode(view, ms, event.node, () => ({node: event.node!, state: 'held', startedMs: ms, holder}))
    }
    case 'hit':
      return withNode(view, ms, event.node, () => ({node: event.node, state: 'hit', startedMs: ms, key: event.key}))
    case 'started':
      return withNode(view, ms, event.node, () => ({node: event.node, state: 'running', startedMs: ms, key: event.key}))
    case 'progress':
      return withNode(view, ms, event.node, (node) => ({
        ...node,
        progress: event.progress,
        first: node.first ?? {done: event.progress.done, ms},
      }))
    case 'note':
      return withNode(view, ms, event.node, (node) => ({...node, note: event.text}))
    case 'committed':
      return withNode(view, ms, event.node, (node) => ({
        ...node,
        state: 'done',
        key: event.key,
        seconds: event.seconds,
      }))
    case 'stopped':
    case 'failed':
      return withNode(view, ms, event.node, (node) => ({...node, state: event.kind}))
    case 'damaged':
    case 'evicted':
      return view
    default:
      return unreachable(event)
  }
}

/** The epoch in a node's name: 3 of `train-epoch@3`. */
export function epochOf(node: string): number | undefined {
  const epoch = /@(\d+)$/.exec(node)?.[1]
  return epoch === undefined ? undefined : Number(epoch)
}

/** The stage in a node's name: `train-epoch` of `train-epoch@3`. */
export function stageOf(node: string): string {
  return node.replace(/@\d+$/, '')
}

/** Seconds until a running stage is done at the pace since its first count, once there is a pace. */
export function secondsLeft(node: NodeView, nowMs: number): number | undefined {
  const {progress, first} = node
  if (progress === undefined || first === undefined || progress.done <= first.done) return undefined
  return ((nowMs - first.ms) / 1000 / (progress.done - first.done)) * (progress.total - progress.done)
}

/** Changes one node of the current epoch; a node of another epoch turns the page. */
function withNode(view: RunView, ms: number, name: string, change: (node: NodeView) => NodeView): RunView {
  const epoch = epochOf(name)
  const samePage = epoch === view.epoch
  const nodes = samePage ? view.nodes : []
  const known = nodes.find((node) => node.node === name)
  const changed = change(known ?? {node: name, state: 'running', startedMs: ms})
  const {waiting: _, epoch: __, ...rest} = view
  return {
    ...rest,
    ...(epoch === undefined ? {} : {epoch}),
    epochStartedMs: samePage ? view.epochStartedMs : ms,
    nodes: known === undefined ? [...nodes, changed] : nodes.map((node) => (node === known ? changed : node)),
  }
}

function unreachable(event: never): never {
  throw new Error(`unknown event ${JSON.stringify(event)}`)
}
