import type {Event} from '../../pipeline/event.ts'
import {formatBytes, formatFigure, formatRanges, formatSeconds} from '../text/number.ts'
import {formatDone, formatFigures} from './figures.ts'
import {epochOf, stageOf} from './view.ts'

/** What plain lines depend on besides the newest event. */
export interface PlainState {
  /** Hits in a row are one line. */
  readonly hits: readonly string[]
  /** When a stage last said how far it is. */
  readonly spokenMs: Readonly<Record<string, number>>
}

export const emptyPlainState: PlainState = {hits: [], spokenMs: {}}

const progressEveryMs = 10_000

/** Timestamped lines for files and pipes: one a change of state, and how far a long stage is every ten seconds. */
export function plainLines(state: PlainState, event: Event): {state: PlainState; lines: string[]} {
  if (event.kind === 'hit') return {state: {...state, hits: [...state.hits, event.node]}, lines: []}
  if (event.kind === 'progress' && !isDue(state, event)) return {state, lines: []}
  const spokenMs = 'node' in event && event.node !== undefined ? {[event.node]: Date.parse(event.at)} : {}
  const hits = state.hits.length === 0 ? [] : [`hit: ${summariseNodes(state.hits)}`]
  const lines = [...hits, ...sentences(event)].map((line) => `${clock(event.at)} ${line}`)
  return {state: {hits: [], spokenMs: {...state.spokenMs, ...spokenMs}}, lines}
}

/** `prepare-splits, train-epoch@1..3`: nodes of one stage as ranges of epochs. */
export function summariseNodes(nodes: readonly string[]): string {
  const epochs = new Map<string, number[]>()
  for (const node of nodes) {
    const epoch = epochOf(node)
    epochs.set(stageOf(node), [...(epochs.get(stageOf(node)) ?? []), ...(epoch === undefined ? [] : [epoch])])
  }
  return [...epochs].map(([stage, list]) => (list.length === 0 ? stage : `${stage}@${formatRanges(list)}`)).join(', ')
}

/** One sentence per thing that happened; problems of a failure are told by the failure's own report. */
function sentences(event: Exclude<Event, {kind: 'hit'}>): string[] {
  switch (event.kind) {
    case 'run-started':
      return [`run ${event.run}: up to epoch ${event.epochs} (process ${event.pid})`]
    case 'waiting': {
      return [`waiting for ${event.node ?? 'the run'}: ${event.for} works on it`]
    }
    case 'damaged':
      return [`${event.node}: damaged, will be computed again: ${event.reason}`]
    case 'started': {
      const from = event.resumedFromStep === undefined ? '' : `, from step ${event.resumedFromStep}`
      return [`${event.node}: started (${event.reason})${from}`]
    }
    case 'progress':
      return [`${event.node}: ${[formatDone(event.progress), ...formatFigures(event.progress.figures)].join(', ')}`]
    case 'note':
      return [`${event.node}: ${event.text}`]
    case 'committed': {
      const facts = Object.entries(event.facts).map(
        ([name, value]) => `${name} ${typeof value === 'number' ? formatFigure(value) : value}`,
      )
      return [[`${event.node}: done in ${formatSeconds(event.seconds)}`, formatBytes(event.bytes), ...facts].join(', ')]
    }
    case 'stopped':
      return [`${event.node}: stopped${event.step === undefined ? '' : ` at step ${event.step}`} (${event.reason})`]
    case 'failed':
      return [`${event.node}: failed, exit ${event.exitCode}`]
    case 'evicted':
      return [`${event.node}: dropped ${event.output}, ${formatBytes(event.bytes)}, by its keep rule`]
    case 'run-finished':
      return [`run ${event.run}: ${event.computed} computed, ${event.hits} hits, ${formatSeconds(event.seconds)}`]
  }
}

function isDue(state: PlainState, event: Event & {kind: 'progress'}): boolean {
  const spoken = state.spokenMs[event.node]
  return spoken === undefined || Date.parse(event.at) - spoken >= progressEveryMs
}

/** The wall clock of the person watching. */
function clock(at: string): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
