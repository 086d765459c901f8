import {readFile} from 'node:fs/promises'
import {isAbsolute, join, relative, sep} from 'node:path'
import {enumerate} from '../wording.ts'

/** A line of an index file that is not blank. */
export interface Line {
  /** From 1, as editors count. */
  readonly number: number
  readonly text: string
}

/** Reads the first of some files that is there; the others are names that it also goes by. undefined, with a problem noted: none can be read. */
export async function readLines(
  root: string,
  names: readonly string[],
  problems: string[],
): Promise<Line[] | undefined> {
  for (const name of names) {
    const text = await readFile(join(root, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') problems.push(`${name} cannot be read (${error.code}).`)
      return error.code === 'ENOENT' ? undefined : ''
    })
    if (text === undefined) continue
    const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
    return lines.map((line, i) => ({number: i + 1, text: line.trim()})).filter((line) => line.text !== '')
  }
  problems.push(`${names.join(' or ')} is missing. Set data.root to the folder that holds it.`)
  return undefined
}

/** The lines of a form, taken apart; the others are noted as problems. */
export function parseLines(
  lines: readonly Line[],
  {name, form, pattern}: {name: string; form: string; pattern: RegExp},
  problems: string[],
): string[][] {
  const rows: string[][] = []
  const malformed: string[] = []
  for (const {number, text} of lines) {
    const match = pattern.exec(text)
    if (match === null) malformed.push(`line ${number} "${text.slice(0, 60)}"`)
    else rows.push(match.slice(1))
  }
  note(problems, `${name} has rows that are not "${form}"`, malformed)
  if (rows.length === 0 && malformed.length === 0) problems.push(`${name} has no rows.`)
  return rows
}

/** Paths below the root may be written whole, or as Windows does. */
export function insideRoot(root: string, path: string): string {
  if (!isAbsolute(path)) return path.replaceAll('\\', '/').replace(/^\.\//, '')
  const inside = relative(root, path)
  return inside.startsWith('..') ? path : inside.split(sep).join('/')
}

/** Notes ids and paths that come twice, and paths that lead out of the root. */
export function checkEntries(
  entries: readonly {readonly id: number; readonly path: string}[],
  source: string,
  problems: string[],
): void {
  const [ids, paths] = [new Set<number>(), new Set<string>()]
  note(
    problems,
    `${source} has image numbers more than once`,
    entries.flatMap(({id}) => (ids.size === ids.add(id).size ? [String(id)] : [])),
  )
  note(
    problems,
    `${source} names files more than once`,
    entries.flatMap(({path}) => (paths.size === paths.add(path).size ? [path] : [])),
  )
  note(
    problems,
    `${source} has paths that lead out of the folder`,
    entries.flatMap(({path}) => (leadsOut(path) ? [path] : [])),
  )
}

/** Whether a path leads out of the root, or might. */
export function leadsOut(path: string): boolean {
  return isAbsolute(path) || path.split('/').includes('..')
}

/** Notes classes that are on two sides of a split which keeps classes apart. */
export function checkDisjoint(sides: Readonly<Record<string, Iterable<string>>>, problems: string[]): void {
  const sideOf = new Map<string, string>()
  const shared: string[] = []
  for (const [side, classes] of Object.entries(sides)) {
    for (const name of new Set(classes)) {
      const before = sideOf.get(name)
      if (before !== undefined && before !== side) shared.push(`${name} in ${before} and ${side}`)
      sideOf.set(name, side)
    }
  }
  note(problems, 'Classes are on both sides of the split', shared)
}

export function note(problems: string[], what: string, items: readonly string[], advice = ''): void {
  if (items.length > 0) problems.push(`${enumerate(what, items)} ${advice}`.trim())
}
