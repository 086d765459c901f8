import type {DataParameters} from './parameters.ts'
import {type Assignment, type LabelledImages, reviewSet, type Split} from './protocols.ts'
import {enumerate} from './wording.ts'

type Set = Exclude<Split, 'unused'>

/** The set of every image, in the order of the images; or why the data set cannot be split so. */
type Plan = {readonly split: readonly Split[]; readonly notes: readonly string[]} | {readonly problem: string}

const sets: readonly Set[] = ['train', 'val', 'test']

/**
 * Splits as a publication does. Classes alone in the training set, which some official sets have, are left out with a note. docs/data.md tells
 * the arithmetic of every protocol and where it is from.
 */
export function assignByName(data: DataParameters, images: LabelledImages): Assignment {
  const plan = planByName(data, images)
  if ('problem' in plan) return {split: [], problems: [plan.problem], notes: []}
  const {split, lone} = dropLone(limitTraining(plan.split, images.label, data.images_per_class), images.label)
  const describe = (label: number) => `${label} ${images.classNames.get(label) ?? ''}`.trim()
  const notes = [
    ...plan.notes,
    ...(lone.length > 0
      ? [enumerate('Training classes with one image, which lacks a positive, are left out', lone.map(describe))]
      : []),
  ]
  const reviews = sets.map((name) => {
    const counts = countClasses(images.label, (row) => split[row] === name)
    if (counts.size === 0 && name !== 'test') {
      const text = `${name} (protocol ${data.protocol}) has no image: ${new Set(images.label).size} classes are too few for it. Take another data.protocol.`
      return {problems: [text], notes: []}
    }
    const set = {
      name,
      title: `${name} (protocol ${data.protocol})`,
      named: [],
      holds: (label: number) => counts.has(label),
    }
    return reviewSet(
      set,
      [...counts.keys()].sort((a, b) => a - b),
      counts,
      images.classNames,
    )
  })
  notes.push(...reviews.flatMap((review) => review.notes))
  if (!split.includes('test')) notes.push('The test set is empty.')
  return {split, problems: reviews.flatMap((review) => review.problems), notes}
}

function planByName(data: DataParameters, images: LabelledImages): Plan {
  const labels = [...new Set(images.label)].sort((a, b) => a - b)
  const half = Math.floor(labels.length / 2)
  switch (data.protocol) {
    case 'mlrc':
      return byClass(images, mlrcFold(labels.slice(0, half), Math.floor(labels.length / 8), data.fold ?? 0))
    case 'cdsm':
      return byClass(images, contiguousFold(labels.slice(0, half), data.fold ?? 0))
    case 'roth':
      return carve(images, officialSides(images) ?? halves(labels), data.val_share ?? 0)
    case 'raml':
      return carve(images, officialSides(images) ?? halves([...new Set(images.label)]), data.val_share ?? 0.5)
    case 'closed-set':
      return closedSet(images)
    default:
      return official(data, images)
  }
}

/** The Reality Check: train and val go around the first half of the classes, a quarter of it further in every fold. */
function mlrcFold(classes: readonly number[], valCount: number, fold: number): Map<number, Set> {
  const start = Math.floor((fold / 4) * classes.length)
  const turned = [...classes.slice(start), ...classes.slice(0, start)]
  const trainCount = classes.length - valCount
  return new Map(turned.map((label, place) => [label, place < trainCount ? 'train' : 'val']))
}

/** scikit-learn's KFold(4) without shuffling: the first parts are larger by one where it does not come out even. */
function contiguousFold(classes: readonly number[], fold: number): Map<number, Set> {
  const size = (part: number) => Math.floor(classes.length / 4) + (part < classes.length % 4 ? 1 : 0)
  const start = [0, 1, 2, 3].slice(0, fold).reduce((sum, part) => sum + size(part), 0)
  return new Map(classes.map((label, place) => [label, place >= start && place < start + size(fold) ? 'val' : 'train']))
}

/** Classes that are named nowhere are tested. */
function byClass({label}: LabelledImages, setOf: ReadonlyMap<number, Set>): Plan {
  return {split: label.map((own) => setOf.get(own) ?? 'test'), notes: []}
}

/** Training and test classes, each in the order in which they are carved up. */
interface Sides {
  readonly train: readonly number[]
  readonly test: readonly number[]
}

function halves(classes: readonly number[]): Sides {
  const half = Math.floor(classes.length / 2)
  return {train: classes.slice(0, half), test: classes.slice(half)}
}

/** The data set's own sides, classes in order of their first image. */
function officialSides({label, official}: LabelledImages): Sides | undefined {
  if (official === undefined) return undefined
  const classesOf = (isTest: boolean) => [
    ...new Set(label.filter((_, row) => official[row] !== 'unused' && (official[row] === 'test') === isTest)),
  ]
  return {train: classesOf(false), test: classesOf(true)}
}

/** The last share of the training classes validates; without any, the test classes do, and are chosen by. */
function carve({label}: LabelledImages, {train, test}: Sides, share: number): Plan {
  const kept = Math.floor(train.length * (1 - share) + 1e-9)
  const last = share === 0 ? test : train.slice(kept)
  const setOf = new Map<number, Set>([
    ...test.map((own) => [own, 'test'] as const),
    ...train.map((own) => [own, 'train'] as const),
    ...last.map((own) => [own, 'val'] as const),
  ])
  const chosenOnTest =
    'There is no validation set (data.val_share 0): the test classes are measured every epoch and the best epoch is chosen on them, as the publication does. ' +
    'Such numbers are too high; do not compare them with numbers of an untouched test set.'
  return {split: label.map((own) => setOf.get(own) ?? 'unused'), notes: share === 0 ? [chosenOnTest] : []}
}

function official(data: DataParameters, images: LabelledImages): Plan {
  const {official: own} = images
  if (own === undefined) {
    return {
      problem: `data.format ${data.format} has no split of its own that keeps classes apart. Use protocol roth, mlrc, cdsm, raml, halves, thirds or classes.`,
    }
  }
  if (!own.includes('val')) return carve(images, officialSides(images)!, data.val_share ?? 0.2)
  if (data.val_share === undefined) return {split: own, notes: []}
  return {problem: 'The data set has a validation set of its own: leave out data.val_share.'}
}

function closedSet({closedSet: own}: LabelledImages): Plan {
  if (own === undefined)
    return {problem: 'The data set has no split of images into train and test that share their classes.'}
  return {
    split: own.map((set) => (set === 'test' ? 'val' : set)),
    notes: [
      'Training and measured images share their classes (protocol closed-set): this measures recognition of known classes, and compares with no retrieval result on new ones.',
    ],
  }
}

/** Of each class the first images are trained on. */
function limitTraining(split: readonly Split[], label: readonly number[], limit = Number.POSITIVE_INFINITY): Split[] {
  const taken = new Map<number, number>()
  return split.map((set, row) => {
    if (set !== 'train') return set
    const count = (taken.get(label[row]!) ?? 0) + 1
    taken.set(label[row]!, count)
    return count > limit ? 'unused' : set
  })
}

function dropLone(split: readonly Split[], label: readonly number[]): {split: Split[]; lone: number[]} {
  const counts = countClasses(label, (row) => split[row] === 'train')
  const lone = [...counts].flatMap(([own, count]) => (count === 1 ? [own] : [])).sort((a, b) => a - b)
  const dropped = new Set(lone)
  return {split: split.map((set, row) => (set === 'train' && dropped.has(label[row]!) ? 'unused' : set)), lone}
}

function countClasses(label: readonly number[], counts: (row: number) => boolean): Map<number, number> {
  const found = new Map<number, number>()
  for (const [row, own] of label.entries()) if (counts(row)) found.set(own, (found.get(own) ?? 0) + 1)
  return found
}
