import {nameOrFile} from '../own-parameters.ts'
import {UserError} from '../user-error.ts'
import {openSafetensors} from './safetensors.ts'
import {type BackboneName, backboneNames} from './spec.ts'

/** Which backbone a checkpoint says it is, by its metadata alone; undefined for a file that is missing, or no checkpoint of this project. */
export async function backboneOf(path: string): Promise<BackboneName | undefined> {
  const metadata = await readMetadata(path)
  const spec = parse(metadata['nearmiss.spec']) as {readonly backbone?: unknown} | null | undefined
  return nameOrFile(backboneNames).safeParse(spec?.backbone).data
}

async function readMetadata(path: string): Promise<Readonly<Record<string, string>>> {
  try {
    const {metadata, close} = await openSafetensors(path)
    await close()
    return metadata
  } catch (error) {
    if (error instanceof UserError) return {}
    throw error
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
