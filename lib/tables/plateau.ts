import {z} from 'zod'
import {damaged} from './arrow-file.ts'
import {batchesDefinition} from './batches.ts'
import {parseJson} from './parse-json.ts'
import {openTable} from './read.ts'

const record = z.strictObject({
  reduction: z.number().min(0).max(1),
  best: z.number().nullable(),
  badEpochs: z.int().min(0),
  cooldown: z.int().min(0),
})

/** What the plateau schedule of a plan has seen so far; undefined in plans of other schedules. Throws UserError for a damaged file. */
export async function readPlateau(batches: string): Promise<z.infer<typeof record> | undefined> {
  const {metadata, close} = await openTable(batches, batchesDefinition)
  await close()
  const text = metadata.get('plateau') ?? ''
  if (text === '') return undefined
  const parsed = record.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw damaged(batches, `its metadata plateau must be what a plateau schedule has seen, got ${text.slice(0, 100)}`)
}
