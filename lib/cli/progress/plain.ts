import type {Event} from '../../pipeline/event.ts'
import {formatBytes, formatFigure, formatRanges, formatSeconds} from '../text/number.ts'
import {formatDone, formatFigures} from './figures.ts'
import {epochOf, stageOf} from './view.ts'

const progressEveryMs = 10_000

/**
 * Timestamped lines for files and pipes: one a change of state, and how far a long stage is every ten seconds. Hits in a row are one line,
 * told with what comes after them.
 */
export function openPlainLines(): (event: Event) => string[] {
  let hits: string[] = []
  let spoken: {readonly node: string; readonly ms: number} | undefined
  return (event) => {
    if (event.kind === 'hit') {
      hits.push(event.node)
      return []
    }
    const ms = Date.parse(event.at)
    // A wall clock that is set back must not silence a stage.
    if (event.kind === 'progress' && spoken?.node === event.node && Math.abs(ms - spoken.ms) < progressEveryMs)
      return []
    if ('node' in event && event.node !== undefined) spoken = {node: event.node, ms}
    const lines = [...(hits.length === 0 ? [] : [`hit: ${summariseNodes(hits)}`]), ...sentences(event)]
    hits = []
    return lines.map((line) => `${clock(event.at)} ${line}`)
  }
}

/** `prepare-splits, train-epoch@1..3`: nodes of one stage as ranges of epochs. */
export function summariseNodes(nodes: readonly string[]): string {
  const epochs = new Map<string, number[]>()
  for (const node of nodes) {
    const list = epochs.get(stageOf(node)) ?? []
    const epoch = epochOf(node)
    if (epoch !== undefined) list.push(epoch)
    epochs.set(stageOf(node), list)
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

/** The wall clock of the person watching. */
function clock(at: string): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
