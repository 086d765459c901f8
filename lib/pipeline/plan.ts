import type {Config} from './config.ts'
import type {Catalogue} from './stage.ts'

export interface PlanRequest {
  readonly config: Config
  readonly catalogue: Catalogue
  readonly run: string
  /** Plan as far as this epoch; 0 is the untrained state. */
  readonly epochs: number
  /** Folder that stage modules are found from. */
  readonly root: string
  /** Folder of store, runs and locks. */
  readonly artifacts: string
}

export interface PlannedNode {
  /** `prepare-splits`, `mine-negatives@3`. */
  readonly node: string
  /** Name of the stage in pipeline.yaml: the node without its epoch. */
  readonly name: string
  readonly epoch?: number
  /** Absent while it depends on an output that is not known yet. */
  readonly key?: string
  /** `maybe`: an input will be computed first; if its bytes come out as before, this is a hit. */
  readonly state: 'hit' | 'run' | 'maybe'
  /** `objective.margin 0.1 -> 0.2`, `code lib/objectives/losses/triplet.ts changed`, `never computed`; empty for a hit. */
  readonly reason: string
}

/** What `executeRun` would do, in its order, without doing it. Reads files only, takes no lock. */
export async function planRun(_request: PlanRequest): Promise<PlannedNode[]> {
  throw new Error('not yet')
}
