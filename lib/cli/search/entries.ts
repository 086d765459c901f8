import type {Config} from '../../pipeline/config.ts'
import type {StageEntry} from '../../pipeline/pipeline-file.ts'
import {UsageError} from '../usage-error.ts'

/** Splits whose images can be found. Test images are not: nothing looks at them before the end. */
export const searchedSplits = ['train', 'val'] as const

export type SearchedSplit = (typeof searchedSplits)[number]

/** The entry that indexes a split's descriptors. */
export function indexName(split: SearchedSplit): string {
  return `index-${split}`
}

/** The entry that describes the pictures searched with. */
export const describeName = 'describe-images'

/**
 * What searching needs besides pipeline.yaml: an index of each split's descriptors, those of the training images as measured ones
 * are described (mining describes them before the epoch, perhaps through random crops), and descriptors of strange pictures.
 */
export function searchEntries(config: Config): Record<string, StageEntry> {
  const {measure} = config.pipeline.loop
  const [name, extract] =
    Object.entries(measure).find(([name, entry]) => (entry.run ?? name) === 'extract-descriptors') ?? []
  if (name === undefined || extract === undefined) {
    throw new UsageError(
      'pipeline.yaml measures no state by extract-descriptors, so there are no descriptors to search.',
    )
  }
  const measured = String(extract.with.split ?? 'val')
  const rest = {params: [], with: {}, keep: {}}
  const index = (stage: string): StageEntry => ({
    ...rest,
    run: 'index-descriptors',
    in: {descriptors: {stage, output: 'descriptors'}},
    out: {index: 'index'},
  })
  const described = (split: SearchedSplit) => (split === measured ? name : `describe-${split}`)
  const others = searchedSplits.filter((split) => split !== measured)
  return {
    ...Object.fromEntries(
      others.map((split) => [
        described(split),
        {...extract, run: 'extract-descriptors', with: {...extract.with, split}, keep: {}},
      ]),
    ),
    ...Object.fromEntries(searchedSplits.map((split) => [indexName(split), index(described(split))])),
    [describeName]: {
      ...rest,
      in: {model: extract.in.model!},
      out: {descriptors: 'unit-vectors'},
      // As the images are described, perhaps at several scales.
      params: extract.params,
    },
  }
}
