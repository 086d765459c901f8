import {type Analysis, analyse} from '../../report/analysis/analyse.ts'
import type {RunFacts} from '../../report/facts.ts'
import {openPictures, type Pictures} from '../../report/pictures.ts'
import type {Project} from '../project.ts'
import {UsageError} from '../usage-error.ts'
import {listStored, type StoredNode} from './artifacts.ts'
import {gatherFacts} from './facts.ts'
import {gatherTables} from './tables.ts'

/** Everything that a report of a run is drawn from; analysis and pictures need a table of images. */
export interface OpenedRun {
  readonly nodes: readonly StoredNode[]
  readonly facts: RunFacts
  readonly analysis: Analysis | undefined
  readonly pictures: Pictures | undefined
}

/** Reads a run's numbers and looks at the tables of its best epoch. Throws UsageError where nothing was measured yet. */
export async function openRun(project: Project, run: string): Promise<OpenedRun> {
  const nodes = listStored(project.artifacts, run)
  const facts = await gatherFacts(project, run, nodes)
  const shown = facts.epochs.find(({best}) => best)
  if (shown === undefined) {
    throw new UsageError(
      `No epoch of run ${run} has been measured yet. Measure the untrained model: npx nearmiss run --run ${run} --epochs 0`,
    )
  }
  const tables = await gatherTables(nodes, shown.epoch)
  if (tables === undefined) return {nodes, facts, analysis: undefined, pictures: undefined}
  return {nodes, facts, analysis: analyse(tables), pictures: openPictures(tables.images)}
}
