import type {EpochHistory} from '../epochs/row.ts'
import {metricTitle} from '../epochs/table.ts'
import {formatAbout, formatSeconds} from '../text/number.ts'
import type {Paint} from '../text/paint.ts'
import {fit, pad} from '../text/table.ts'
import {formatDone, formatFigures} from './figures.ts'
import {type NodeView, type RunView, secondsLeft, stageOf} from './view.ts'

export interface LiveScreen {
  readonly nowMs: number
  readonly width: number
  readonly paint: Paint
  /** Stages of an epoch in running order: those without news yet are shown as waiting. */
  readonly epochStages: readonly string[]
}

const barWidth = 12

/** Lines of the block that is redrawn in place: where the epoch is, one line a stage. None is wider than the screen. */
export function renderLive(view: RunView, history: EpochHistory, screen: LiveScreen): string[] {
  const lines = [headLine(view, history, screen)]
  if (view.waiting !== undefined)
    lines.push(screen.paint('warning', fit(`  waiting for ${view.waiting}`, screen.width)))
  const nodes = [...view.nodes, ...waitingNodes(view, screen)]
  const nameWidth = Math.max(0, ...nodes.map((node) => stageOf(node.node).length))
  return [...lines, ...nodes.flatMap((node) => nodeLines(node, nameWidth, screen))]
}

/** One line of a finished epoch, left behind when the block moves on. */
export function renderEpochLine(view: RunView, history: EpochHistory): string {
  const row = history.epochs.find((candidate) => candidate.epoch === view.epoch)
  const metrics = history.metricNames.flatMap((name) => {
    const value = row?.metrics[name]
    return value === undefined ? [] : [`${metricTitle(name)} ${value.toFixed(4)}`]
  })
  const parts = [
    ...(row?.loss === undefined ? [] : [`loss ${row.loss.toFixed(4)}`]),
    ...metrics.slice(0, 2),
    ...(row?.seconds === undefined ? [] : [formatSeconds(row.seconds)]),
  ]
  return [`epoch ${view.epoch}/${view.epochs}`, ...parts].join('  ')
}

/** One stage alone, as `status` shows what is running now. */
export function renderNow(node: NodeView, screen: LiveScreen): string[] {
  return nodeLines(node, stageOf(node.node).length, screen)
}

function headLine(view: RunView, history: EpochHistory, screen: LiveScreen): string {
  const elapsed = `elapsed ${formatSeconds((screen.nowMs - view.startedMs) / 1000)}`
  const left = runSecondsLeft(view, history, screen.nowMs)
  const title = view.epoch === undefined ? `${view.run}  setting up` : `${view.run}  epoch ${view.epoch}/${view.epochs}`
  const times = [elapsed, ...(left === undefined ? [] : [`left ${formatAbout(left)}`])]
  const fixed = [title, ...times].join('  ')
  const trend = trendText(history, screen.width - fixed.length - 2)
  return screen.paint('strong', fit([title, ...(trend === '' ? [] : [trend]), ...times].join('  '), screen.width))
}

/** `precision@1 .612 .655 best .655 (1)`, with as many of the newest values as fit. */
function trendText(history: EpochHistory, width: number): string {
  const name = history.metricNames[0]
  if (name === undefined) return ''
  const values = history.epochs.flatMap((row) => (row.metrics[name] === undefined ? [] : [row.metrics[name]]))
  const best = history.epochs.find((row) => row.best)
  const tail = best === undefined ? '' : ` best ${short(best.metrics[name]!)} (${best.epoch})`
  for (let first = Math.max(0, values.length - 6); first < values.length; first++) {
    const text = `${metricTitle(name)} ${values.slice(first).map(short).join(' ')}${tail}`
    if (text.length <= width) return text
  }
  return ''
}

/** What the other epochs took, for those to come; undefined while no epoch of this run has been timed. */
function runSecondsLeft(view: RunView, history: EpochHistory, nowMs: number): number | undefined {
  const times = history.epochs.flatMap((row) => (row.epoch > 0 && row.seconds !== undefined ? [row.seconds] : []))
  if (view.epoch === undefined || view.epoch === 0 || times.length === 0) return undefined
  const perEpoch = times.reduce((sum, time) => sum + time, 0) / times.length
  const spent = (nowMs - view.epochStartedMs) / 1000
  return perEpoch * (view.epochs - view.epoch) + Math.max(0, perEpoch - spent)
}

function waitingNodes(view: RunView, screen: LiveScreen): NodeView[] {
  if (view.epoch === undefined) return []
  const seen = new Set(view.nodes.map((node) => stageOf(node.node)))
  const last = Math.max(-1, ...view.nodes.map((node) => screen.epochStages.indexOf(stageOf(node.node))))
  return screen.epochStages
    .slice(last + 1)
    .filter((stage) => !seen.has(stage))
    .map((stage) => ({node: `${stage}@${view.epoch}`, state: 'held', startedMs: screen.nowMs}))
}

function nodeLines(node: NodeView, nameWidth: number, screen: LiveScreen): string[] {
  const name = fit(`  ${pad(stageOf(node.node), nameWidth)}  `, screen.width)
  const room = screen.width - name.length
  const {paint} = screen
  switch (node.state) {
    case 'hit':
      return [name + paint('faint', fit(`hit   ${(node.key ?? '').slice(0, 6)}`, room))]
    case 'held':
      return [name + paint('faint', fit(node.holder === undefined ? 'waiting' : `waiting for ${node.holder}`, room))]
    case 'done':
      return [name + fit([`done  ${formatSeconds(node.seconds ?? 0)}`, ...doneFigures(node)].join('  '), room)]
    case 'failed':
      return [name + paint('bad', fit('failed', room))]
    case 'stopped':
      return [name + paint('warning', fit('stopped', room))]
    case 'running':
      return runningLines(node, name, screen)
  }
}

/** The bar and what is left; the figures beside it where they fit, else below. */
function runningLines(node: NodeView, name: string, screen: LiveScreen): string[] {
  const room = screen.width - name.length
  const {progress} = node
  if (progress === undefined) {
    const since = formatSeconds(Math.max(0, screen.nowMs - node.startedMs) / 1000)
    return [name + fit([`running ${since}`, ...(node.note === undefined ? [] : [node.note])].join('  '), room)]
  }
  const left = secondsLeft(node, screen.nowMs)
  const front = [bar(progress.done, progress.total), formatDone(progress)]
  if (left !== undefined) front.push(`left ${formatSeconds(left)}`)
  const figures = formatFigures(progress.figures)
  const whole = [...front, ...figures].join('  ')
  if (whole.length <= room) return [name + whole]
  const lines = [name + fit(front.join('  '), room)]
  return figures.length === 0 ? lines : [...lines, ' '.repeat(name.length) + fit(figures.join('  '), room)]
}

function doneFigures(node: NodeView): string[] {
  return node.progress === undefined ? [] : formatFigures(node.progress.figures)
}

function bar(done: number, total: number): string {
  const filled = total > 0 ? Math.min(barWidth, Math.floor((barWidth * done) / total)) : 0
  return '#'.repeat(filled) + '-'.repeat(barWidth - filled)
}

function short(value: number): string {
  return value.toFixed(3).replace(/^0\./, '.')
}
