import {parseDocument} from 'yaml'
import type {z} from 'zod'
import {type Complaint, parseWith, show} from './complaint.ts'
import type {Problem} from './config-error.ts'
import {openPreset} from './preset.ts'
import type {Values} from './stage.ts'
import {startsWith, type TreePath, valueAt, withValueAt} from './tree.ts'
import type {YamlSource} from './yaml-source.ts'

/** The parameters of one configuration, with the place that each value came from. */
export interface Params {
  /** Checked values; undefined when there are problems. */
  readonly values: Values | undefined
  readonly problems: readonly Problem[]
  /** Where a parameter was set: a line of a file or a --set. */
  where(path: TreePath): string
}

interface Change {
  readonly text: string
  readonly path: TreePath
}

/** Overlays preset and --set on pipeline.yaml's params and checks the result against the schema. */
export function readParams(
  pipeline: YamlSource,
  file: string,
  preset: string | undefined,
  set: readonly string[],
  schema: z.ZodType,
): Params {
  const source = preset === undefined ? pipeline : openPreset(file, preset).source
  const problems: Problem[] = []
  const changes: Change[] = []
  let tree = valueAt(source.value, ['params'])
  for (const text of set) {
    const change = parseChange(text, tree)
    if ('problem' in change) {
      problems.push({where: `--set ${text}`, text: change.problem})
      continue
    }
    tree = withValueAt(tree, change.path, change.value)
    changes.push({text, path: change.path})
  }
  const place = (path: TreePath, part: Complaint['part']) => {
    const change = changes.findLast((each) => startsWith(path, each.path) || startsWith(each.path, path))
    if (change !== undefined) return `--set ${change.text}`
    return part === 'key' ? source.whereKey(['params', ...path]) : source.where(['params', ...path])
  }
  const parsed = parseWith(schema, tree)
  if ('complaints' in parsed)
    problems.push(...parsed.complaints.map(({path, part, text}) => ({where: place(path, part), text})))
  return {
    values: 'data' in parsed ? (parsed.data as Values) : undefined,
    problems,
    where: (path) => place(path, 'value'),
  }
}

function parseChange(text: string, tree: unknown): {path: TreePath; value: unknown} | {problem: string} {
  const equals = text.indexOf('=')
  if (equals < 1) return {problem: 'must look like --set objective.margin=0.2'}
  const path = text.slice(0, equals).split('.')
  const document = parseDocument(text.slice(equals + 1), {prettyErrors: false})
  const fault = document.errors[0] ?? document.warnings[0]
  if (fault !== undefined) return {problem: `the value is not YAML: ${fault.message}`}
  for (let depth = 1; depth < path.length; depth++) {
    const above = valueAt(tree, path.slice(0, depth))
    if (above === undefined) break
    const name = path.slice(0, depth).join('.')
    if (typeof above !== 'object' || above === null)
      return {problem: `${name} is ${show(above)}: there is nothing inside to set`}
    const step = path[depth]!
    if (Array.isArray(above) && !(/^\d+$/.test(step) && Number(step) < above.length))
      return {problem: `${name} has ${above.length} items, counted from 0: there is no ${step}`}
  }
  return {path, value: document.toJS({maxAliasCount: 0})}
}
