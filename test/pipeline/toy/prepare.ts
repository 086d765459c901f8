import {readFile, writeFile} from 'node:fs/promises'
import type {StageContext} from '../../../lib/pipeline/stage.ts'
import {trouble} from './trouble.ts'

export async function run({values, outputs}: StageContext): Promise<void> {
  await trouble('prepare')
  const {file} = values.data as {file: string}
  const numbers = (await readFile(file, 'utf8')).trim().split(/\s+/).map(Number)
  await writeFile(outputs.numbers!, JSON.stringify({numbers, file}))
}
