import {UserError} from '../user-error.ts'

export interface Problem {
  /** `pipeline.yaml:9:10`, `presets/lab-cub.yaml:3:5` or `--set objective.margin=abc`. */
  readonly where: string
  readonly text: string
}

/** Everything that is wrong with the configuration at once; the command line makes it exit code 2. */
export class ConfigError extends UserError {
  override name = 'ConfigError'
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(problems.map(({where, text}) => `${where}: ${text}`).join('\n'))
    this.problems = problems
  }
}
