import {readModel} from '../lib/model/checkpoint.ts'
import {type ExportFormat, exportModel, type Origin} from '../lib/model/export/export-model.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'

interface ExportModelValues {
  readonly format: ExportFormat
  readonly origin: Origin
}

/** Writes a model for other programs. */
export async function run({values, inputs, outputs}: StageContext<ExportModelValues>): Promise<void> {
  await exportModel(outputs.network!, await readModel(inputs.model!), values.format, values.origin)
}
