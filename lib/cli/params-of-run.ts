import type {Config} from '../pipeline/config.ts'
import {findRun} from '../pipeline/runs.ts'
import type {Project} from './project.ts'

/** The wiring of pipeline.yaml with the parameters that the run froze: nobody has to repeat presets and changes again. */
export function withParamsOf(project: Project, run: string, config: Config): Config {
  const record = findRun(project.artifacts, run)
  return {...config, params: {...record?.params, epochs: config.params.epochs}}
}
