import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {withEntries} from '../../pipeline/derived.ts'
import {executeStage} from '../../pipeline/stage-by-hand.ts'
import {readDescriptors} from '../../tables/descriptors.ts'
import {describeName} from './entries.ts'
import type {SearchedState} from './open.ts'
import type {Watch} from './watch.ts'

/** Describes pictures, given as the bytes of their files, by the model of a state. Throws UserError where that cannot be done. */
export async function describePictures(
  {request, entries, epoch}: SearchedState,
  pictures: readonly Uint8Array[],
  watch: Watch,
): Promise<Float32Array[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-search-'))
  try {
    const inputs = {pictures: join(folder, 'pictures')}
    await mkdir(inputs.pictures)
    // The stage takes pictures in the order of their names; how they are decoded is in their bytes.
    const width = String(pictures.length).length
    const nameOf = (i: number) => String(i).padStart(width, '0')
    await Promise.all(pictures.map((bytes, i) => writeFile(join(inputs.pictures, nameOf(i)), bytes)))
    const {exitCode, files} = await executeStage({
      ...request,
      ...watch,
      config: withEntries(request.config, entries),
      stage: describeName,
      epochs: epoch,
      inputs,
      out: join(folder, 'out'),
    })
    if (files.descriptors === undefined) watch.fail(exitCode)
    const {dim, vectors} = await readDescriptors(files.descriptors)
    return pictures.map((_, i) => vectors.slice(i * dim, (i + 1) * dim))
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
