import {basename} from 'node:path'
import type {z} from 'zod'
import {parseWith} from './complaint.ts'
import {ConfigError, type Problem} from './config-error.ts'
import {readParams} from './params.ts'
import {type Pipeline, pipelineSchema} from './pipeline-file.ts'
import {resolveReferences} from './references.ts'
import type {Catalogue, Values} from './stage.ts'
import {type TreePath, valueAt} from './tree.ts'
import {endReferences} from './wiring/parameters.ts'
import {checkWiring} from './wiring.ts'
import {readYaml} from './yaml-source.ts'

export interface ConfigRequest {
  /** pipeline.yaml; presets are looked for in the folder `presets` beside it. */
  readonly pipelineFile: string
  /** Name of a file in presets/ without its extension; its `params` replace those of pipeline.yaml. */
  readonly preset?: string | undefined
  /** Changes in the form `objective.margin=0.2`; the value is YAML. Later ones win. */
  readonly set: readonly string[]
  /** What params may hold. Strict objects give "did you mean"; descriptions end up in error texts. */
  readonly parameters: z.ZodType
  readonly catalogue: Catalogue
}

/** A checked configuration: every reference resolves, every value has its type. */
export interface Config {
  readonly pipeline: Pipeline
  /** All parameters after preset and --set, with the schema's defaults filled in. */
  readonly params: Values
  readonly preset?: string
  /** How far the loop goes when not told otherwise. */
  readonly epochs: number
  /** Where a parameter was set: `pipeline.yaml:34:3`, `presets/lab-cub.yaml:3:5`, `--set objective.margin=0.2`. */
  readonly where: (parameter: string) => string
}

/** Reads, overlays and checks the configuration. Throws a ConfigError with all problems at once. */
export function loadConfig({pipelineFile, preset, set, parameters, catalogue}: ConfigRequest): Config {
  const source = readYaml(pipelineFile, basename(pipelineFile))
  const problems: Problem[] = []
  const form = parseWith(pipelineSchema, source.value)
  const params = readParams(source, pipelineFile, preset, set, parameters)
  const complaints = 'data' in form ? checkWiring(form.data, catalogue, params.values) : form.complaints
  for (const {path, part, text} of complaints)
    problems.push({where: part === 'key' ? source.whereKey(path) : source.where(path), text})
  problems.push(...params.problems)
  if (problems.length > 0 || !('data' in form) || params.values === undefined) throw new ConfigError(problems)
  return {
    pipeline: form.data,
    params: params.values,
    ...(preset === undefined ? {} : {preset}),
    epochs: Number(resolveReferences(form.data.loop.to, {params: params.values, turn: {}})),
    where: (parameter) => params.where(parameter.split('.')),
  }
}

/** The parameters without those that only say how far the loop goes: what makes two runs the same run. */
export function lastingParams({params, pipeline}: Pick<Config, 'params' | 'pipeline'>): Values {
  return endReferences(pipeline.loop.to).reduce<Values>(without, params)
}

function without(tree: Values, [step, ...rest]: TreePath): Values {
  const inner = valueAt(tree, [step!])
  const others = Object.fromEntries(Object.entries(tree).filter(([name]) => name !== step))
  return rest.length === 0 ? others : {...others, [step!]: without(inner as Values, rest)}
}
