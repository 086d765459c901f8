import type {Interval} from '../ranges.ts'

export type Split = 'train' | 'val' | 'test' | 'unused'

export const setNames = ['train', 'val', 'test'] as const
export type SetName = (typeof setNames)[number]

/** The classes of a data set and, in file order, which of them each image shows. */
export interface LabelledImages {
  /** Class number of every image, in the order of the data set. */
  readonly label: readonly number[]
  /** Name of every class by its number. */
  readonly classNames: ReadonlyMap<number, string>
  /** As a reader found them (formats/data-set.ts). */
  readonly official?: readonly Split[]
  readonly closedSet?: readonly ('train' | 'test' | 'unused')[]
}

/** What a protocol wants, before it is known whether it can be had. */
export interface SplitPlan {
  /** In the order of the images. */
  readonly split: readonly Split[]
  readonly sets: readonly PlannedSet[]
  /** Sentences worth telling. */
  readonly notes: readonly string[]
}

export interface PlannedSet {
  readonly name: SetName
  /** How the user asked for it: `val (100-149)`. */
  readonly title: string
  /** Class numbers that were named one by one. */
  readonly named: readonly Interval[]
}
