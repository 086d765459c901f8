import type {DataParameters} from '../parameters.ts'
import {enumerate} from '../wording.ts'
import {classSizes} from './class-sizes.ts'
import {type LabelledImages, type SetName, type Split, type SplitPlan, setNames} from './plan.ts'

/** Who is where, and what is to be told of it; or why the data set cannot be split so. */
type Plan = Pick<SplitPlan, 'split' | 'notes'> | {readonly problem: string}

/**
 * Splits as a publication does. Classes alone in the training set, which some official sets have, are left out with a note. docs/data.md tells
 * the arithmetic of every protocol and where it is from.
 */
export function planByPublication(
  data: DataParameters,
  images: LabelledImages,
): SplitPlan | {readonly problem: string} {
  const plan = planByName(data, images)
  if ('problem' in plan) return plan
  const {split, notes} = dropLone(plan.split, images)
  const empty = (['train', 'val'] as const).find((name) => !split.includes(name))
  if (empty !== undefined) {
    const count = new Set(images.label).size
    return {
      problem: `${empty} (protocol ${data.protocol}) has no image: ${count} classes are too few for it. Take another data.protocol.`,
    }
  }
  const sets = setNames.map((name) => ({name, title: `${name} (protocol ${data.protocol})`, named: []}))
  return {split, sets, notes: [...plan.notes, ...notes]}
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
function mlrcFold(classes: readonly number[], valCount: number, fold: number): Map<number, SetName> {
  const start = Math.floor((fold / 4) * classes.length)
  const turned = [...classes.slice(start), ...classes.slice(0, start)]
  const trainCount = classes.length - valCount
  return new Map(turned.map((label, place) => [label, place < trainCount ? 'train' : 'val']))
}

/** scikit-learn's KFold(4) without shuffling: the first parts are larger by one where it does not come out even. */
function contiguousFold(classes: readonly number[], fold: number): Map<number, SetName> {
  const size = (part: number) => Math.floor(classes.length / 4) + (part < classes.length % 4 ? 1 : 0)
  const start = [0, 1, 2, 3].slice(0, fold).reduce((sum, part) => sum + size(part), 0)
  return new Map(classes.map((label, place) => [label, place >= start && place < start + size(fold) ? 'val' : 'train']))
}

/** Classes that are named nowhere are tested. */
function byClass({label}: LabelledImages, setOf: ReadonlyMap<number, SetName>): Plan {
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
  const setOf = new Map<number, SetName>([
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

function dropLone(split: readonly Split[], {label, classNames}: LabelledImages): {split: Split[]; notes: string[]} {
  const sizes = classSizes(label, (row) => split[row] === 'train')
  const lone = [...sizes].flatMap(([own, count]) => (count === 1 ? [own] : [])).sort((a, b) => a - b)
  const names = lone.map((own) => `${own} ${classNames.get(own) ?? ''}`.trim())
  return {
    split: split.map((set, row) => (set === 'train' && sizes.get(label[row]!) === 1 ? 'unused' : set)),
    notes:
      lone.length === 0
        ? []
        : [enumerate('Training classes with one image, which lacks a positive, are left out', names)],
  }
}
