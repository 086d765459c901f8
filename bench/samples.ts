import {appendFileSync, mkdirSync, readFileSync} from 'node:fs'
import {dirname} from 'node:path'

/** One measurement of one contestant. */
export interface Sample {
  readonly experiment: string
  readonly contestant: string
  readonly round: number
  /** When it started, ISO 8601. */
  readonly at: string
  /** Numbers by name; the unit ends the name: `train_s`, `peak_pss_mb`. */
  readonly figures: Readonly<Record<string, number>>
}

/** Something that is measured against others, a round at a time. */
export interface Contestant {
  readonly name: string
  run(): Promise<Sample['figures']>
}

/** A question and those who answer it in turn. */
export interface Experiment {
  readonly name: string
  readonly contestants: readonly Contestant[]
}

/** Where and when the samples were taken: the first line of a file of samples. */
export type Setting = Readonly<Record<string, string | number>>

/** Appends one line of JSON; a crash later loses nothing that was measured. */
export function appendLine(path: string, line: Setting | Sample): void {
  mkdirSync(dirname(path), {recursive: true})
  appendFileSync(path, `${JSON.stringify(line)}\n`)
}

/** Reads a file of samples back. */
export function readSamples(path: string): {setting: Setting; samples: Sample[]} {
  const [setting, ...samples] = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  return {setting: setting as Setting, samples: samples as Sample[]}
}
