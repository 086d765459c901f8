import {readFileSync} from 'node:fs'
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml'
import {ConfigError, type Problem} from './config-error.ts'

export type Path = readonly (string | number)[]

/** A YAML file as plain values, with the place of every one of them. */
export interface YamlSource {
  readonly value: unknown
  /** `pipeline.yaml:9:10` of the value at a path, or of the nearest thing around it that exists. */
  where(path: Path): string
  /** The same for the key itself. */
  whereKey(path: Path): string
}

/** Ten copies of a thing are sharing; ten thousand are an attack on memory. */
const maxAliasCount = 20

/** Reads a YAML file; `name` is what error texts call it. Throws a ConfigError with every syntax problem. */
export function readYaml(file: string, name: string): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(readText(file, name), {lineCounter: lines, prettyErrors: false})
  const at = (offset: number) => {
    const {line, col} = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) throw new ConfigError(faults.map(({pos, message}) => ({where: at(pos[0]), text: message})))
  const offsetOf = (path: Path, part: 'key' | 'value') => at(find(document, path, part))
  return {
    value: plain(document, name),
    where: (path) => offsetOf(path, 'value'),
    whereKey: (path) => offsetOf(path, 'key'),
  }
}

function readText(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError([{where: name, text: `cannot be read (${(error as NodeJS.ErrnoException).code}): ${file}`}])
  }
}

function plain(document: Document, name: string): unknown {
  try {
    return document.toJS({maxAliasCount})
  } catch (error) {
    const problem: Problem = {
      where: name,
      text: `${(error as Error).message}. Write the values out instead of using aliases`,
    }
    throw new ConfigError([problem])
  }
}

function find(document: Document, path: Path, part: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = start(node) ?? 0
  for (const [depth, step] of path.entries()) {
    const inside = isAlias(node) ? node.resolve(document) : node
    if (!isCollection(inside)) break
    const pair = isMap(inside) ? inside.items.find((item) => keyOf(item) === String(step)) : undefined
    const next = isSeq(inside) ? inside.items[Number(step)] : pair?.value
    if (next === undefined && pair === undefined) break
    const isLast = depth === path.length - 1
    const key = start(pair?.key)
    offset = isLast && part === 'key' ? (key ?? offset) : (start(next) ?? key ?? offset)
    node = next
  }
  return offset
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
}

function start(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined
}
