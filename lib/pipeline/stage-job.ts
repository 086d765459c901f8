import type {Progress, Values} from './stage.ts'

/** What the runner tells a stage process. */
export type ToStage = {readonly kind: 'job'; readonly job: StageJob} | {readonly kind: 'stop'}

export interface StageJob {
  /** Absolute path of the stage's module. */
  readonly module: string
  readonly values: Values
  readonly inputs: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, string>>
  readonly scratch: string
  readonly snapshotEverySteps: number
  readonly snapshotEverySeconds: number
}

/** What a stage process tells the runner. */
export type FromStage =
  | {readonly kind: 'progress'; readonly progress: Progress}
  | {readonly kind: 'note'; readonly sentence: string}
  | {readonly kind: 'report'; readonly facts: Readonly<Record<string, number | string>>}
  | {readonly kind: 'done'}
  | {readonly kind: 'stopped'; readonly reason: string}
  /** `expected`: something that a user can mend, said without a stack. */
  | {readonly kind: 'failed'; readonly expected: boolean; readonly message: string}
