import {type TreePath, valueAt} from './tree.ts'

/** What `${…}` can name: `params.…` and, inside the loop, the loop's own name. */
export interface Scope {
  readonly params: unknown
  /** The turn of the loop by its name: `{epoch: 3}`. */
  readonly turn: Readonly<Record<string, number>>
}

const pattern = /\$\{([^}]*)\}/g

/** A value with its references replaced. A text that is one reference takes the type of what it names. */
export function resolveReferences(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return resolveText(value, scope)
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, scope))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolveReferences(inner, scope)]))
}

/** Every reference in a value with the path of the text that holds it. */
export function referencesIn(value: unknown, path: TreePath = []): {path: TreePath; name: string}[] {
  if (typeof value === 'string') return [...value.matchAll(pattern)].map(([, name]) => ({path, name: name!.trim()}))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([step, inner]) => referencesIn(inner, [...path, step]))
}

/** The value that a reference names, or undefined. */
export function lookUp(name: string, {params, turn}: Scope): unknown {
  const [root, ...path] = name.split('.')
  if (root === 'params') return valueAt(params, path)
  return path.length === 0 && root !== undefined ? turn[root] : undefined
}

function resolveText(text: string, scope: Scope): unknown {
  const whole = /^\$\{([^}]*)\}$/.exec(text)
  if (whole) return lookUp(whole[1]!.trim(), scope)
  return text.replace(pattern, (_, name: string) => String(lookUp(name.trim(), scope)))
}
