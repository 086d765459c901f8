import type {Config} from './config.ts'
import {ConfigError} from './config-error.ts'
import {checkExternal} from './external.ts'
import type {Graph} from './graph.ts'

/** Checks that every file and folder which parameters name is there; all that are not are reported at once. */
export function requireExternal(graph: Graph, root: string, config: Config): void {
  const inputs = [...graph.values()].flatMap(({definition, values}) => definition.external?.(values) ?? [])
  const byParameter = new Map(inputs.map((input) => [input.parameter, input]))
  const problems = [...byParameter.values()].flatMap((input) =>
    checkExternal(input, root).map((text) => ({where: config.where(input.parameter), text})),
  )
  if (problems.length > 0) throw new ConfigError(problems)
}
