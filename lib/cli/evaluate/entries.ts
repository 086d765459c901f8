import type {Config} from '../../pipeline/config.ts'
import type {StageEntry} from '../../pipeline/pipeline-file.ts'
import {UsageError} from '../usage-error.ts'

/** The two entries that measure another split as pipeline.yaml measures its own: descriptors of its images, and what they are worth. */
export interface SplitEntries {
  readonly extract: string
  readonly evaluate: string
  readonly entries: Readonly<Record<string, StageEntry>>
}

/** Throws UsageError where pipeline.yaml measures no state in this way. */
export function splitEntries({pipeline: {loop}}: Config, split: string): SplitEntries {
  const find = (stage: string) => Object.entries(loop.measure).find(([name, {run}]) => (run ?? name) === stage)
  const [described, measured] = [find('extract-descriptors'), find('evaluate')]
  if (described === undefined || measured === undefined)
    throw new UsageError(
      'loop.measure of pipeline.yaml has no extract-descriptors and evaluate, so there is nothing to do alike.',
    )
  const [extract, evaluate] = [`describe-${split}`, `evaluate-${split}`]
  const alike = (entry: StageEntry, stage: string): StageEntry => ({
    ...entry,
    run: stage,
    with: {...entry.with, split},
    keep: {},
  })
  return {
    extract,
    evaluate,
    entries: {
      [extract]: alike(described[1], 'extract-descriptors'),
      [evaluate]: {
        ...alike(measured[1], 'evaluate'),
        in: {...measured[1].in, descriptors: {stage: extract, output: 'descriptors'}},
      },
    },
  }
}
