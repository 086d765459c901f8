import {readFile, writeFile} from 'node:fs/promises'
import type {StageContext} from '../../../lib/pipeline/stage.ts'
import {trouble} from './trouble.ts'

export async function run({inputs, outputs, report}: StageContext): Promise<void> {
  await trouble('describe')
  const {numbers} = JSON.parse(await readFile(inputs.numbers!, 'utf8')) as {numbers: number[]}
  const {weight} = JSON.parse(await readFile(inputs.model!, 'utf8')) as {weight: number}
  await writeFile(outputs.described!, JSON.stringify({values: numbers.map((number) => number * weight)}))
  report({rows: numbers.length})
}
