import type {Evaluation} from '../../lib/objectives/objective.ts'
import type {StageContext} from '../../lib/pipeline/stage.ts'
import type {StepsTable} from '../../lib/tables/steps.ts'
import type {PlannedStep} from './planned-steps.ts'

/** What one step has to tell. */
export interface StepRecord {
  readonly step: number
  readonly planned: PlannedStep
  readonly evaluation: Evaluation
  readonly trainedImages: number
  /** NaN where the step only added to the gradient. */
  readonly gradientNorm: number
  readonly waitMs: number
}

type Row = {[Column in keyof StepsTable]: number}

/** Collects the rows of steps.arrow, on from those of a snapshot; shows progress and reports the timing of this process. */
export function openStepLog(context: StageContext, total: number, before?: StepsTable) {
  const rows = before === undefined ? [] : rowsOf(before)
  const started = performance.now()
  let images = 0
  let waitMs = 0
  const rate = () => (images * 1000) / (performance.now() - started)
  return {
    add({step, planned, evaluation, trainedImages, gradientNorm, waitMs: waited}: StepRecord): void {
      const {loss, activeFraction, positiveDistance, negativeDistance} = evaluation
      const count = planned.images.length
      rows.push({
        step,
        images: count,
        trainedImages,
        loss,
        activeFraction,
        positiveDistance,
        negativeDistance,
        gradientNorm,
        lr: planned.lr,
      })
      images += count
      waitMs += waited
      const figures = {'images/s': rate(), loss, active: activeFraction, 'wait ms': waited}
      context.progress({done: step + 1, total, unit: 'steps', figures})
    },
    columns: (): StepsTable => ({
      step: Int32Array.from(rows, (row) => row.step),
      images: Int32Array.from(rows, (row) => row.images),
      trainedImages: Int32Array.from(rows, (row) => row.trainedImages),
      loss: Float64Array.from(rows, (row) => row.loss),
      activeFraction: Float64Array.from(rows, (row) => row.activeFraction),
      positiveDistance: Float64Array.from(rows, (row) => row.positiveDistance),
      negativeDistance: Float64Array.from(rows, (row) => row.negativeDistance),
      gradientNorm: Float64Array.from(rows, (row) => row.gradientNorm),
      lr: Float64Array.from(rows, (row) => row.lr),
    }),
    report(): void {
      const idle = rows.filter((row) => row.activeFraction === 0).length
      const mean = (column: keyof Row) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length
      context.report({
        images,
        images_per_second: rate(),
        loader_wait_ms: waitMs,
        loader_wait_ms_per_step: waitMs / Math.max(1, rows.length - (before?.step.length ?? 0)),
        loss: mean('loss'),
        active_fraction: mean('activeFraction'),
        ...(idle > 0 && {steps_with_nothing_to_learn: idle}),
      })
    },
  }
}

function rowsOf(table: StepsTable): Row[] {
  const columns = Object.keys(table) as (keyof StepsTable)[]
  return Array.from(
    table.step,
    (_, row) => Object.fromEntries(columns.map((column) => [column, table[column][row]])) as Row,
  )
}
