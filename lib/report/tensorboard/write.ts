import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Analysis} from '../analysis/analyse.ts'
import type {Pictures} from '../pictures.ts'
import {encodeEvents, type Histogram, type Scalar} from './events.ts'
import {writeProjector} from './projector.ts'

/** Writes a folder that stock TensorBoard opens: an event file, and the projector's files where there are descriptors. */
export async function writeTensorBoard(
  folder: string,
  {scalars, histograms}: {scalars: readonly Scalar[]; histograms: readonly Histogram[]},
  analysis: Analysis | undefined,
  pictures: Pictures | undefined,
): Promise<void> {
  await mkdir(folder, {recursive: true})
  // TensorBoard finds event files by this part of their name. One name for a run: writing again replaces the file.
  await writeFile(join(folder, 'events.out.tfevents.0.nearmiss'), encodeEvents(scalars, histograms))
  if (analysis !== undefined && pictures !== undefined) await writeProjector(folder, analysis, pictures)
}
