import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {metricsParameters} from '../../../lib/metrics/parameters.ts'
import type {StageContext} from '../../../lib/pipeline/stage.ts'
import {openRandom} from '../../../lib/random.ts'
import {checkQueries} from '../../../lib/tables/queries.ts'
import {run} from '../../../stages/evaluate.ts'
import type {EvaluateValues} from '../../../stages/parameters.ts'
import type {Set as Images} from '../../metrics/naive.ts'

/** Path of a file in the test's own folder. */
export type At = (name: string) => string

/** What of metrics.json the tests look at. */
export interface Result {
  readonly metrics: Readonly<Record<string, number | null>>
  readonly details: Readonly<
    Record<string, {over_queries: number; over_classes: number; interval_over_classes: number[]}>
  >
  readonly sets: readonly {name: string; metrics: Record<string, number>; queries: number}[]
  readonly queries: number
  readonly lone: number
  readonly references: number
  readonly convention: string
  readonly split: string | null
}

/** Runs the stage itself on files. */
export async function evaluate(
  at: At,
  inputs: Record<string, string>,
  metrics: unknown,
  split = 'val',
  signal = new AbortController().signal,
): Promise<Result> {
  const outputs = {metrics: at('metrics.json'), queries: at('queries.arrow')}
  const context: StageContext<EvaluateValues> = {
    values: {metrics: metricsParameters.parse(metrics), split: split as 'val'},
    inputs,
    outputs,
    scratch: {latest: async () => undefined, save: async () => {}},
    snapshotEverySteps: Number.POSITIVE_INFINITY,
    snapshotEverySeconds: Number.POSITIVE_INFINITY,
    signal,
    progress: () => {},
    note: () => {},
    report: () => {},
  }
  await run(context)
  assert.deepEqual(await checkQueries(outputs.queries), [])
  return JSON.parse(readFileSync(outputs.metrics, 'utf8')) as Result
}

/** Points on a circle, few enough to tie and to repeat. */
export function makeImages(
  count: number,
  classes: number,
  places: number,
  firstId: number,
  ...seed: (string | number)[]
): Images {
  const random = openRandom(...seed)
  const rows = Array.from({length: count}, (_, row) => row)
  return {
    id: rows.map((row) => firstId + 3 * row),
    label: rows.map(() => random.below(classes)),
    vectors: rows.map(() => {
      const angle = (random.below(places) * 2 * Math.PI) / places
      return [Math.fround(Math.cos(angle)), Math.fround(Math.sin(angle))]
    }),
  }
}
