import {didYouMean} from '../did-you-mean.ts'
import type {OutputReference, StageEntry} from '../pipeline-file.ts'
import type {TreePath} from '../tree.ts'

/** Something in pipeline.yaml that refers to nothing, or to the wrong thing. */
export interface Fault {
  readonly path: TreePath
  readonly part?: 'key'
  readonly text: string
}

/** A part of the pipeline and what its stages may read from. */
export interface Section {
  readonly path: TreePath
  readonly entries: Readonly<Record<string, StageEntry>>
  /** Stages whose outputs are there at the same turn. */
  readonly visible: Readonly<Record<string, StageEntry>>
  readonly inLoop: boolean
}

/** That a reference names an output of a stage that is visible here. */
export function checkReference(
  path: TreePath,
  {stage, output}: OutputReference,
  visible: Readonly<Record<string, StageEntry>>,
): Fault[] {
  const entry = findOwn(visible, stage)
  if (entry === undefined)
    return [{path, text: `there is no stage ${stage} here${didYouMean(stage, Object.keys(visible))}`}]
  if (Object.hasOwn(entry.out, output)) return []
  return [{path, text: `${stage} has no output ${output}${didYouMean(output, Object.keys(entry.out))}`}]
}

/** Kind of the output that a reference names. */
export function kindOf(
  entries: Readonly<Record<string, StageEntry>>,
  {stage, output}: OutputReference,
): string | undefined {
  return entries[stage]?.out[output]
}

export function spell({stage, output}: OutputReference): string {
  return `${stage}.${output}`
}

export function findOwn<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined
}
