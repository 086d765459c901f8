import {stringify} from 'yaml'
import type {Terminal} from '../terminal.ts'
import {formatAbout} from '../text/number.ts'
import {type Column, fit, renderTable, wrap} from '../text/table.ts'
import type {PresetDescription, SettingBeside} from './describe.ts'

type Page = Pick<Terminal, 'width' | 'paint'>

/** A preset that cannot be used, and why. */
export interface BrokenPreset {
  readonly name: string
  readonly problem: string
}

/** Presets by their source, a line each. */
export function renderPresets(
  presets: readonly PresetDescription[],
  broken: readonly BrokenPreset[],
  page: Page,
): string[] {
  const sources = [...new Set(presets.map(({about}) => about.source))]
  const names = Math.max(4, ...presets.map(({name}) => name.length))
  const groups = sources.flatMap((source) => [
    ...(source === '' ? [] : [source]),
    ...renderTable(
      columnsOf(['preset', 'R@1', 'epochs', 'cost', 'title'], [1, 2, 3]),
      presets
        .filter(({about}) => about.source === source)
        .map((each) => [
          page.paint('strong', each.name.padEnd(names)),
          each.about.published?.recall_at_1?.toFixed(3) ?? '-',
          String(each.epochs),
          each.seconds === undefined ? '-' : formatCost(each.seconds),
          fit(each.about.title, Math.max(20, page.width - names - 25)),
        ]),
    ),
    '',
  ])
  return [
    ...groups,
    ...broken.flatMap(({name, problem}) => [`${name} cannot be used: ${problem}`, '']),
    ...wrap(
      'R@1: as published (Deep-Metric-Learning-Baselines chooses its epoch on the test classes). cost: of all epochs on two CPU cores, estimated from the networks that were measured.',
      page.width,
    ),
    'nearmiss presets NAME tells all about one.',
  ]
}

/** What it is, the original's settings beside ours, and the whole configuration. */
export function renderPreset(preset: PresetDescription, page: Page): string[] {
  const {name, about, bases, command, epochs, seconds, settings, params} = preset
  const facts = Object.entries({
    source: about.source,
    extends: bases.join(', which extends '),
    original: command ?? about.original?.program ?? '',
    published: Object.entries(about.published ?? {})
      .map(([metric, value]) => `${metric} ${value.toFixed(3)}`)
      .join(', '),
    cost:
      seconds === undefined
        ? ''
        : `${epochs} epochs, ${formatCost(seconds)} on two CPU cores (an estimate from networks that were measured)`,
  }).filter(([, text]) => text !== '')
  const notes = about.notes.map((note) => ['note', note])
  const lines = [...facts, ...notes].flatMap(([heading, text]) =>
    wrap(text!, Math.max(30, page.width - 11)).map((line, i) => (i === 0 ? heading! : '').padEnd(11) + line),
  )
  return [
    page.paint('strong', `${name}  ${about.title}`.trim()),
    ...lines,
    ...(settings.length === 0 ? [] : ['', ...renderSettings(settings, page)]),
    '',
    'params:',
    ...Object.entries(params).flatMap(([section, value]) => renderSection(section, value, page.width)),
  ]
}

function renderSettings(settings: readonly SettingBeside[], page: Page): string[] {
  const cells = settings.map(({name, original, isGiven, here, remark}) => {
    const own = Object.entries(here).map(([parameter, value]) => `${parameter} ${show(value)}`)
    return {
      left: [isGiven ? page.paint('strong', name) : name, original],
      right: [...own, ...(remark === undefined ? [] : [`(${remark})`])],
    }
  })
  const widthOf = (column: 'name' | 'original') => Math.max(...settings.map((each) => each[column].length))
  const rest = Math.max(30, page.width - widthOf('name') - widthOf('original') - 4)
  const rows = cells.flatMap(({left, right}) => {
    const lines = right.length === 0 ? ['not part of it'] : right.flatMap((text) => wrap(text, rest))
    return lines.map((line, i) => (i === 0 ? [...left, line] : ['', '', line]))
  })
  return renderTable(columnsOf(['there', 'value', 'here'], []), rows)
}

/** A section in one line where it fits, as pipeline.yaml has it. */
function renderSection(name: string, value: unknown, width: number): string[] {
  const line = `  ${name}: ${stringify(value, {collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0}).trimEnd()}`
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (line.length <= width || !isMapping) return [line]
  const inner = Object.entries(value).flatMap(([key, each]) => renderSection(key, each, width - 2))
  return [`  ${name}:`, ...inner.map((each) => `  ${each}`)]
}

function columnsOf(titles: readonly string[], numbers: readonly number[]): Column[] {
  return titles.map((title, i) => ({title, align: numbers.includes(i) ? 'right' : 'left'}))
}

/** As coarse as an estimate is. */
function formatCost(seconds: number): string {
  const hours = seconds / 3600
  if (hours < 2) return formatAbout(seconds)
  return hours < 48 ? `~${Math.round(hours)} h` : `~${Math.round(hours / 24)} days`
}

/** Lists of transforms and the like are told below, with the whole configuration. */
function show(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const text = JSON.stringify(value).replaceAll('"', '').replaceAll('\\\\', '\\')
  return text.length > 40 ? '(below)' : text
}
