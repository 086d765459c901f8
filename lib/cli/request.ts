import type {PlanRequest} from '../pipeline/plan.ts'
import {defaultRun} from './current-run.ts'
import {type ConfigOptions, openConfig, type Project} from './project.ts'

/** Options that say which run and which configuration are meant. */
export interface RequestOptions extends ConfigOptions {
  readonly run?: string
  readonly epochs?: number
  /** Another run's epoch whose model is the start: `demo@3`. */
  readonly from?: string
}

/** Everything the runner wants to know, from a command line. Throws ConfigError for a wrong configuration. */
export async function openRequest(project: Project, options: RequestOptions): Promise<PlanRequest> {
  const {from, set} = options
  const start = from === undefined ? [] : [(await import('./start-from.ts')).startFrom(project, from, set)]
  const {config, catalogue} = await openConfig(project, {...options, set: [...set, ...start]})
  return {
    config,
    catalogue,
    run: options.run ?? options.preset ?? defaultRun,
    epochs: options.epochs ?? config.epochs,
    root: project.code,
    folder: project.root,
    artifacts: project.artifacts,
  }
}
