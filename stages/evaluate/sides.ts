import {type Extraction, readDescriptorsHeader} from '../../lib/tables/descriptors.ts'
import type {EvaluateValues} from '../parameters.ts'
import {isOurs} from './described.ts'
import type {Inputs} from './test-sets.ts'

/** Where queries look among other descriptors than their own: how the pictures of each side became descriptors, for metrics.json. */
export async function describeSides(
  {descriptors, gallery}: Inputs,
  {gallery: recipe}: Pick<EvaluateValues, 'gallery'>,
): Promise<Readonly<Record<string, unknown>>> {
  if (gallery === undefined) return {}
  const model = recipe == null ? {} : {model: recipe.model ?? 'that of the queries'}
  return {sides: {queries: await extractionOf(descriptors!), gallery: {...model, ...(await extractionOf(gallery))}}}
}

/** What a file of ours says; others say nothing. */
async function extractionOf(path: string): Promise<Extraction> {
  return (await isOurs(path)) ? ((await readDescriptorsHeader(path)).extraction ?? {}) : {}
}
