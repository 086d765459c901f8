import {type DataParameters, namedRanges} from './parameters.ts'
import {contains, formatRanges, type Interval, intervalsOf} from './ranges.ts'
import {bounded, enumerate} from './wording.ts'

export type Split = 'train' | 'val' | 'test' | 'unused'

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

export interface Assignment {
  /** In the order of the images. */
  readonly split: readonly Split[]
  /** Why a set cannot be used as it is; empty when all can. */
  readonly problems: readonly string[]
  /** Sentences worth telling: an empty test set, lone images. */
  readonly notes: readonly string[]
}

/** Says of every image which set it is in, by class numbers that are named or counted off. No class is in two sets; what is in none is unused. */
export function assignSplits(data: DataParameters, images: LabelledImages): Assignment {
  const present = [...new Set(images.label)].sort((a, b) => a - b)
  const sets = planSets(data, present)
  const limit = data.images_per_class ?? (data.protocol === 'lab' ? 20 : Number.POSITIVE_INFINITY)
  const taken = new Map<number, number>()
  const split = images.label.map((label): Split => {
    const set = sets.find(({holds}) => holds(label))
    if (set === undefined) return 'unused'
    const count = (taken.get(label) ?? 0) + 1
    if (set.name === 'train' && count > limit) return 'unused'
    taken.set(label, count)
    return set.name
  })
  const reviews = sets.map((set) => reviewSet(set, present, taken, images.classNames))
  const notes = reviews.flatMap((review) => review.notes)
  if (!split.includes('test')) notes.push('The test set is empty.')
  return {split, problems: reviews.flatMap((review) => review.problems), notes}
}

export interface SplitSet {
  readonly name: Exclude<Split, 'unused'>
  /** How the user asked for it: `val (100-149)`. */
  readonly title: string
  /** Class numbers that were named one by one. */
  readonly named: readonly Interval[]
  readonly holds: (label: number) => boolean
}

function planSets(data: DataParameters, present: readonly number[]): SplitSet[] {
  const names = ['train', 'val', 'test'] as const
  if (data.protocol === 'halves' || data.protocol === 'thirds') {
    const parts = data.protocol === 'halves' ? 2 : 3
    const position = new Map(present.map((label, place) => [label, place]))
    const bound = (part: number) => Math.floor((part * present.length) / parts)
    return names.slice(0, parts).map((name, part) => ({
      name,
      title: `${name} (protocol ${data.protocol})`,
      named: [],
      holds: (label) => bound(part) <= position.get(label)! && position.get(label)! < bound(part + 1),
    }))
  }
  const ranges = namedRanges(data)
  return names.map((name) => {
    const chosen = ranges[name]
    const text = formatRanges(chosen)
    if (data.protocol !== 'modulo')
      return {name, title: `${name} (${text})`, named: chosen, holds: (label) => contains(chosen, label)}
    const modulo = data.modulo!
    return {
      name,
      title: `${name} (class modulo ${modulo} = ${text})`,
      named: [],
      holds: (label) => contains(chosen, label % modulo),
    }
  })
}

/** Training needs two classes with two images each; measuring needs one such class. */
export function reviewSet(
  {name, title, named, holds}: SplitSet,
  present: readonly number[],
  taken: ReadonlyMap<number, number>,
  classNames: ReadonlyMap<number, string>,
): {problems: string[]; notes: string[]} {
  const problems: string[] = []
  const notes: string[] = []
  const classes = present.filter(holds)
  const describe = (label: number) => `${label} ${classNames.get(label) ?? ''}`.trim()
  const lone = classes.filter((label) => taken.get(label) === 1).map(describe)
  const missing = named.reduce((sum, {from, to}) => sum + to - from + 1, 0) - classes.length
  if (classes.length === 0) {
    const numbers = bounded(formatRanges(intervalsOf(present)).split(','), ',')
    if (name !== 'test')
      problems.push(`${title} selects no image: the data has the classes ${numbers}. Set data.${name}.`)
    return {problems, notes}
  }
  if (named.length > 0 && missing > 0)
    notes.push(`${title} finds images of ${classes.length} of its ${classes.length + missing} classes.`)
  if (name === 'train' && classes.length === 1) {
    problems.push(
      `${title} has a single class, ${describe(classes[0]!)}: there is nothing to tell it from. Set data.train.`,
    )
  }
  if (name === 'train' && lone.length > 0) {
    problems.push(
      `${enumerate(`${title} has classes with one image, which lacks a positive`, lone)} Add images or leave these classes out.`,
    )
  } else if (lone.length === classes.length) {
    problems.push(`${title} has one image in every class, so no query has anything to find. Set data.${name}.`)
  } else if (lone.length > 0) {
    notes.push(enumerate(`${title} has classes with one image, which is no query, only a distractor`, lone))
  }
  return {problems, notes}
}
