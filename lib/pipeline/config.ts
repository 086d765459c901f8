import type {z} from 'zod'
import {UserError} from '../user-error.ts'
import type {Pipeline} from './pipeline-file.ts'
import type {Catalogue, Values} from './stage.ts'

export interface ConfigRequest {
  /** pipeline.yaml; presets are looked for in the folder `presets` beside it. */
  readonly pipelineFile: string
  /** Name of a file in presets/ without its extension; its `params` replace those of pipeline.yaml. */
  readonly preset?: string | undefined
  /** Changes in the form `objective.margin=0.2`; the value is YAML. Later ones win. */
  readonly set: readonly string[]
  /** What params may hold. Strict objects give "did you mean", descriptions become the last part of an error text. */
  readonly parameters: z.ZodType
  readonly catalogue: Catalogue
}

/** A checked configuration: every reference resolves, every value has its type. */
export interface Config {
  readonly pipeline: Pipeline
  /** All parameters after preset and --set, with the schema's defaults filled in. */
  readonly params: Values
  readonly preset?: string
}

export interface Problem {
  /** `pipeline.yaml:9:10`, `presets/lab-cub.yaml:3:5` or `--set objective.margin=abc`. */
  readonly where: string
  readonly text: string
}

/** Everything that is wrong with the configuration at once; exit code 2. */
export class ConfigError extends UserError {
  override name = 'ConfigError'
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(problems.map(({where, text}) => `${where}: ${text}`).join('\n'))
    this.problems = problems
  }
}

/** Reads, overlays and checks the configuration. Throws a ConfigError with all problems at once. */
export function loadConfig(_request: ConfigRequest): Config {
  throw new Error('not yet')
}
