import {writeFile} from 'node:fs/promises'
import type {StageContext} from '../../../lib/pipeline/stage.ts'
import {trouble} from './trouble.ts'

export async function run({values, outputs}: StageContext): Promise<void> {
  await trouble('initialize')
  await writeFile(outputs.model!, JSON.stringify({weight: Number(values.seed)}))
}
