import type {Terminal} from '../terminal.ts'
import {type Column, fit, renderTable, wrap} from '../text/table.ts'
import type {Description} from './description.ts'

type Page = Pick<Terminal, 'width' | 'paint'>

/** One line each: name, title, who says so. */
export function renderList(choices: readonly Description[], page: Page): string[] {
  const columns: Column[] = ['name', 'title', 'source'].map((title) => ({title, align: 'left'}))
  const names = Math.max(...choices.map(({name}) => name.length))
  const sources = choices.map(({source}) => fit(authors(source), 24))
  const rest = page.width - names - Math.max(...sources.map((source) => source.length)) - 4
  return renderTable(
    columns,
    choices.map(({name, title}, i) => [page.paint('strong', name), fit(title, Math.max(20, rest)), sources[i]!]),
  )
}

/** Formula, paper, and a table of what may be set. */
export function renderChoice({name, title, formula, source, facts, parameters}: Description, page: Page): string[] {
  const headed = Object.entries({formula, source, ...facts})
  const indent = 2 + Math.max(...headed.map(([heading]) => heading.length))
  const lines = headed.flatMap(([heading, text]) =>
    wrap(text, Math.max(30, page.width - indent)).map((line, i) => (i === 0 ? heading : '').padEnd(indent) + line),
  )
  return [page.paint('strong', `${name}  ${title}`), '', ...lines, ...renderParameters(parameters, page)]
}

function renderParameters(parameters: Description['parameters'], page: Page): string[] {
  if (parameters.length === 0) return ['', 'nothing to set']
  const columns: Column[] = ['parameter', 'default', 'values', 'meaning'].map((title) => ({title, align: 'left'}))
  const cells = parameters.map((parameter) => [
    [parameter.name],
    wrap(parameter.default === undefined ? 'must be given' : show(parameter.default), 14),
    wrap(parameter.values, 20),
  ])
  const widthOf = (column: number) =>
    Math.max(columns[column]!.title.length, ...cells.flatMap((row) => row[column]!.map((line) => line.length)))
  const rest = Math.max(24, page.width - widthOf(0) - widthOf(1) - widthOf(2) - 6)
  const rows = parameters.flatMap(({meaning}, i) => {
    const row = [...cells[i]!, wrap(meaning, rest)]
    const height = Math.max(...row.map((lines) => lines.length))
    return Array.from({length: height}, (_, line) => row.map((lines) => lines[line] ?? ''))
  })
  return ['', ...renderTable(columns, rows)]
}

/** `Schroff et al. 2015` or `Yu and Tao 2019` of a source that begins with its authors, else what it begins with. */
function authors(source: string): string {
  const [, names, year] = /^([^.;:"(]*?(?: et al\.)?) ((?:19|20)\d\d)\b/.exec(source) ?? []
  if (names === undefined) return source.split(/[;,(]/)[0]!.trim()
  return `${names.replace(/, .*/, ' et al.')} ${year}`
}

/** A value as a person would say it: of a choice with parameters its name. */
function show(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value) return String(value.name)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
