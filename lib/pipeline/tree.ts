/** Nested plain values addressed by paths: `objective.margin` is ['objective', 'margin']. */
export type TreePath = readonly (string | number)[]

/** The value at a path, or undefined. */
export function valueAt(tree: unknown, path: TreePath): unknown {
  let value = tree
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}

/** A copy of the tree with another value at a path; mappings on the way are made, other things in the way are replaced. */
export function withValueAt(tree: unknown, path: TreePath, value: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  const inner = withValueAt(valueAt(tree, [step]), rest, value)
  if (Array.isArray(tree)) return tree.with(Number(step), inner)
  return {...(typeof tree === 'object' ? tree : undefined), [step]: inner}
}

/** Whether `path` lies at or below `start`. */
export function startsWith(path: TreePath, start: TreePath): boolean {
  return start.every((step, i) => String(path[i]) === String(step))
}

/** Every leaf with its dotted path; empty lists and mappings are leaves. */
export function leavesOf(tree: unknown, prefix = ''): [string, unknown][] {
  const members = typeof tree === 'object' && tree !== null ? Object.entries(tree) : []
  if (members.length === 0) return [[prefix, tree]]
  return members.flatMap(([step, value]) => leavesOf(value, prefix === '' ? step : `${prefix}.${step}`))
}
