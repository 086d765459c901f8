import {readFileSync} from 'node:fs'
import {mkdir, writeFile} from 'node:fs/promises'
import {withEntries} from '../../pipeline/derived.ts'
import {executeStage, type StageByHandResult} from '../../pipeline/stage-by-hand.ts'
import {evaluatingEntry} from './entries.ts'
import {type Measurement, measurementSchema} from './render.ts'
import type {Hooks} from './side.ts'
import type {State} from './state.ts'

/** Descriptors by the input of the stage that reads them. */
export type Descriptors = Readonly<Record<'descriptors' | 'gallery' | 'training', string | undefined>>

/** What was measured, or the code with which it ended early. */
export type Measured = {readonly exitCode: number} & {readonly measurement?: Measurement}

/**
 * Measures descriptors in the way of a run, into a folder: metrics.json, with what is to be said of its making under the names of
 * `about`, and queries.arrow.
 */
export async function measure(
  {request}: State,
  split: string,
  {descriptors, gallery, training}: Descriptors,
  {out, about, hooks}: {readonly out: string; readonly about: Readonly<Record<string, unknown>>; readonly hooks: Hooks},
): Promise<Measured> {
  await mkdir(out, {recursive: true})
  const [stage, entry] = evaluatingEntry(request.config, split)
  const config = withEntries(request.config, {[stage]: entry})
  const inputs = {descriptors: descriptors!, ...(gallery && {gallery}), ...(training && {training})}
  // Files say whether there is a gallery; the run's own one is one of them, or was left out.
  const params = {...config.params, gallery: null}
  const {exitCode, files}: StageByHandResult = await executeStage({
    ...request,
    ...hooks,
    config: {...config, params},
    stage,
    inputs,
    out,
    noWait: false,
  })
  if (exitCode !== 0 || files.metrics === undefined) return {exitCode}
  const measurement = {...measurementSchema.parse(JSON.parse(readFileSync(files.metrics, 'utf8'))), ...about}
  await writeFile(files.metrics, `${JSON.stringify(measurement, null, 2)}\n`)
  return {exitCode, measurement}
}
