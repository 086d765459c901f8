import type {PlannedNode} from '../../pipeline/plan.ts'
import {formatAbout, formatPlural} from '../text/number.ts'
import type {Paint} from '../text/paint.ts'
import {pad, wrap} from '../text/table.ts'
import {isWork} from './is-work.ts'

export interface PlanPage {
  readonly width: number
  readonly paint: Paint
}

export interface Plan {
  readonly run: string
  readonly epochs: number
  readonly nodes: readonly PlannedNode[]
  /** What stages took before, by name. */
  readonly seconds: ReadonlyMap<string, number>
}

/** What will run and why: stages outside the loop, then epochs; epochs with the same fate share their lines. */
export function renderPlan(plan: Plan, page: PlanPage): string[] {
  const lines = groupEpochs(plan.nodes).flatMap(linesOf)
  const labelWidth = Math.max(0, ...lines.map((line) => line.label.length))
  const nameWidth = Math.max(0, ...lines.map((line) => line.name.length))
  const times = lines.map((line) => {
    const seconds = predict(line.nodes, plan.seconds)
    return seconds > 0 ? formatAbout(seconds) : ''
  })
  const timeWidth = Math.max(0, ...times.map((time) => time.length))
  const rendered = lines.flatMap((line, i) => {
    const front = `  ${pad(line.label, labelWidth)}${labelWidth > 0 ? '  ' : ''}${pad(line.name, nameWidth)}  `
    const state = page.paint(stateColour[line.state], pad(line.state, 5))
    const time = timeWidth === 0 ? '' : `${pad(times[i]!, timeWidth, 'right')}  `
    const room = page.width - front.length - 7 - time.length
    if (line.text.length <= room) return [`${front}${state}  ${time}${line.text}`.trimEnd()]
    const indent = ' '.repeat(labelWidth + 6)
    const reason = wrap(line.text, Math.max(20, page.width - indent.length))
    return [`${front}${state}  ${time}`.trimEnd(), ...reason.map((part) => indent + part)]
  })
  return [page.paint('strong', `run ${plan.run}, up to epoch ${plan.epochs}`), ...rendered, summary(plan)]
}

const stateColour = {hit: 'faint', run: 'warning', maybe: 'strong', gone: 'faint'} as const

interface Line {
  readonly label: string
  readonly name: string
  readonly state: PlannedNode['state']
  readonly text: string
  readonly nodes: readonly PlannedNode[]
}

interface Group {
  readonly first?: number
  last?: number
  /** Nodes of the first epoch of the group. */
  readonly shown: readonly PlannedNode[]
  readonly all: PlannedNode[]
}

/** Consecutive epochs whose nodes share state and reason become one group; nodes outside the loop are groups of their own. */
function groupEpochs(nodes: readonly PlannedNode[]): Group[] {
  const outside = nodes.filter((node) => node.epoch === undefined)
  const epochs = [...new Set(nodes.flatMap((node) => (node.epoch === undefined ? [] : [node.epoch])))].sort(
    (a, b) => a - b,
  )
  const groups: Group[] = []
  for (const epoch of epochs) {
    const own = nodes.filter((node) => node.epoch === epoch)
    const before = groups.at(-1)
    if (before !== undefined && fate(before.shown) === fate(own)) {
      before.last = epoch
      before.all.push(...own)
    } else groups.push({first: epoch, last: epoch, shown: own, all: [...own]})
  }
  return [...outside.map((node) => ({shown: [node], all: [node]})), ...groups]
}

function fate(nodes: readonly PlannedNode[]): string {
  const [state] = new Set(nodes.map((node) => node.state))
  if (isTold(state) && nodes.every((node) => node.state === state)) return state
  return JSON.stringify(nodes.map(({name, state, reason}) => [name, state, reason.replace(/@\d+/g, '')]))
}

/** States that an epoch can have as a whole, without a reason for each stage. */
function isTold(state: PlannedNode['state'] | undefined): state is 'hit' | 'maybe' {
  return state === 'hit' || state === 'maybe'
}

function linesOf(group: Group): Line[] {
  if (group.first === undefined) return group.shown.map((node) => nodeLine('', node, group.all))
  const label = group.first === group.last ? `epoch ${group.first}` : `epoch ${group.first}..${group.last}`
  const {state} = group.shown[0]!
  if (isTold(state) && fate(group.shown) === state) {
    const text = state === 'hit' ? '' : 'follow what comes before'
    return [{label, name: formatPlural(group.all.length, 'stage'), state, text, nodes: group.all}]
  }
  return group.shown.map((node, i) =>
    nodeLine(
      i === 0 ? label : '',
      node,
      group.all.filter((other) => other.name === node.name),
    ),
  )
}

function nodeLine(label: string, node: PlannedNode, nodes: readonly PlannedNode[]): Line {
  // Epochs that share a line have a key each.
  const key = nodes.length === 1 ? (node.key ?? '').slice(0, 6) : ''
  const text = node.state === 'hit' ? key : node.reason
  return {label, name: node.name, state: node.state, text, nodes}
}

function predict(nodes: readonly PlannedNode[], seconds: ReadonlyMap<string, number>): number {
  return nodes.filter(isWork).reduce((sum, node) => sum + (seconds.get(node.name) ?? 0), 0)
}

function summary(plan: Plan): string {
  const count = (state: PlannedNode['state']) => plan.nodes.filter((node) => node.state === state).length
  const [run, maybe, hits, gone] = [count('run'), count('maybe'), count('hit'), count('gone')]
  const left = gone === 0 ? '' : `, ${gone} left out`
  if (run + maybe === 0) return `nothing to do: ${formatPlural(hits, 'hit')}${left}.`
  const time = predict(plan.nodes, plan.seconds)
  const known = plan.nodes.every((node) => !isWork(node) || plan.seconds.has(node.name))
  const guess =
    time === 0 ? '' : `; at most ${formatAbout(time)}${known ? '' : ' and what was never timed'}, as measured before`
  return `${run} to run, ${maybe} maybe, ${formatPlural(hits, 'hit')}${left}${guess}.`
}
