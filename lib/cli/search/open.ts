import type {PlanRequest} from '../../pipeline/plan.ts'
import {type ImagesTable, readImages} from '../../tables/images.ts'
import {findRunName} from '../current-run.ts'
import {loadHistory} from '../epochs/history.ts'
import {withParamsOf} from '../params-of-run.ts'
import {openConfig, type Project} from '../project.ts'
import {findFile, listStored} from '../report/artifacts.ts'
import {UsageError} from '../usage-error.ts'
import {searchEntries} from './entries.ts'

/** A state of a run's model to search with. */
export interface SearchedState {
  readonly request: Omit<PlanRequest, 'epochs'>
  readonly entries: ReturnType<typeof searchEntries>
  readonly epoch: number
  readonly images: ImagesTable
}

/** Opens the best epoch of a run, with the parameters that the run was made with. */
export async function openState(project: Project, named: string | undefined): Promise<SearchedState> {
  const run = findRunName(project.artifacts, named)
  const {config, catalogue} = await openConfig(project, {set: []})
  const best = loadHistory(project.artifacts, run).epochs.find((row) => row.best)
  const imagesFile = findFile(listStored(project.artifacts, run), 'images', undefined)
  if (best === undefined || imagesFile === undefined) {
    throw new UsageError(
      `Run ${run} has no measured epoch to search with. Measure one: npx nearmiss run --run ${run} --epochs 0`,
    )
  }
  const frozen = withParamsOf(project, run, config)
  return {
    request: {
      config: frozen,
      catalogue,
      run,
      root: project.code,
      folder: project.root,
      artifacts: project.artifacts,
    },
    entries: searchEntries(frozen),
    epoch: best.epoch,
    images: await readImages(imagesFile),
  }
}
