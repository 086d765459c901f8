import type {Config} from '../../pipeline/config.ts'
import type {StageEntry} from '../../pipeline/pipeline-file.ts'
import {valueAt} from '../../pipeline/tree.ts'
import {UsageError} from '../usage-error.ts'

/** What of pipeline.yaml measures a state: names of its entries. */
export interface MeasuringEntries {
  readonly extract: string
  readonly evaluate: string
  /** Where pipeline.yaml has one. */
  readonly gallery?: string
  /** The split that it measures. */
  readonly split: string
}

/** Throws UsageError where pipeline.yaml measures no state by extraction and evaluation. */
export function findMeasuring({pipeline: {loop}}: Config): MeasuringEntries {
  const find = (stage: string) => Object.entries(loop.measure).find(([name, {run}]) => (run ?? name) === stage)?.[0]
  const [extract, evaluate, gallery] = [find('extract-descriptors'), find('evaluate'), find('extract-gallery')]
  if (extract === undefined || evaluate === undefined)
    throw new UsageError(
      'loop.measure of pipeline.yaml has no extract-descriptors and evaluate, so there is nothing to do alike.',
    )
  return {extract, evaluate, ...(gallery !== undefined && {gallery}), split: String(loop.measure[extract]!.with.split)}
}

/** Which images are described, and how. */
export interface Wanted {
  readonly split: string
  /** Other transforms than those that travel in the checkpoint, and how they are called in a node's name. */
  readonly transforms?: {readonly list: unknown[]; readonly size: number} | undefined
  /** By the recipe's own gallery. */
  readonly asGallery?: boolean
}

/** The entry that describes images as pipeline.yaml describes those that it measures, with its name; its own one where nothing differs. */
export function describingEntry(config: Config, {split, transforms, asGallery}: Wanted): [string, StageEntry] {
  const own = findMeasuring(config)
  const name = asGallery ? own.gallery! : own.extract
  const entry = config.pipeline.loop.measure[name]!
  if (split === entry.with.split && transforms === undefined) return [name, entry]
  const stem = asGallery ? `describe-gallery-${split}` : `describe-${split}`
  return [
    transforms === undefined ? stem : `${stem}-at-${transforms.size}`,
    {
      ...entry,
      run: entry.run ?? name,
      with: {...entry.with, split, ...(transforms && (asGallery ? inGallery(config, transforms) : inOwn(transforms)))},
      keep: {},
    },
  ]
}

function inOwn({list}: NonNullable<Wanted['transforms']>) {
  return {transform: list}
}

function inGallery({params}: Config, {list}: NonNullable<Wanted['transforms']>) {
  return {gallery: {...(params.gallery as object), transforms: list}}
}

/** The entry that measures another split as pipeline.yaml measures its own, from files that are given. */
export function evaluatingEntry(config: Config, split: string): [string, StageEntry] {
  const {evaluate} = findMeasuring(config)
  const entry = config.pipeline.loop.measure[evaluate]!
  return [`evaluate-${split}`, {...entry, run: entry.run ?? evaluate, with: {...entry.with, split}, keep: {}}]
}

/** Whether queries of a run look among a gallery, and whether descriptors are whitened. */
export function hasGallery({params}: Config): boolean {
  return (valueAt(params, ['gallery']) ?? null) !== null
}

export function isWhitened({params}: Config): boolean {
  return (valueAt(params, ['metrics', 'descriptors', 'whitening']) ?? null) !== null
}
