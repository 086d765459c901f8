import {readFile} from 'node:fs/promises'
import {rangeOf} from './names.ts'

/** What breaks the contract of metrics.json: every number inside what its metric can be. */
export async function checkMetrics(file: string): Promise<string[]> {
  const {metrics} = JSON.parse(await readFile(file, 'utf8')) as {metrics: Record<string, number | null>}
  return Object.entries(metrics).flatMap(([name, value]) => {
    const [least, most] = rangeOf(name)
    if (value !== null && value >= least && value <= most) return []
    const range = most === Number.MAX_VALUE ? `${least} or more` : `from ${least} to ${most}`
    return [`${name} is ${value}; it must be ${range} (null: no image has another of its class).`]
  })
}
