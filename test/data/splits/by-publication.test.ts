import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {dataParameters} from '../../../lib/data/parameters.ts'
import type {LabelledImages, Split} from '../../../lib/data/splits/plan.ts'
import {assignSplits} from '../../../lib/data/splits.ts'

/** Two images of every class; `labels` in the order of their first image. */
function dataSet(labels: readonly number[], more: Partial<LabelledImages> = {}): LabelledImages {
  const label = [...labels, ...labels]
  return {label, classNames: new Map(labels.map((one) => [one, `class${one}`])), ...more}
}

function assign(values: Record<string, unknown>, images: LabelledImages) {
  return assignSplits(dataParameters.parse({format: 'cub', root: 'x', ...values}), images)
}

/** Classes of a set, ascending, as `75-99`. */
function classesOf(split: readonly Split[], name: Split, {label}: LabelledImages): string {
  const own = [...new Set(label.filter((_, row) => split[row] === name))].sort((a, b) => a - b)
  const ranges: [number, number][] = []
  for (const one of own) {
    const last = ranges.at(-1)
    if (last?.[1] === one - 1) last[1] = one
    else ranges.push([one, one])
  }
  return ranges.map(([from, to]) => `${from}-${to}`).join(',')
}

const from0 = (count: number) => Array.from({length: count}, (_, label) => label)
const cub = dataSet(from0(200))

/** powerful-benchmarker, split_managers/mlrc_split_manager.py. */
const folds: [string, number, LabelledImages, string][] = [
  ['mlrc', 0, cub, '75-99'],
  ['mlrc', 1, cub, '0-24'],
  ['mlrc', 2, cub, '25-49'],
  ['mlrc', 3, cub, '50-74'],
  ['mlrc', 0, dataSet(from0(196)), '74-97'],
  ['mlrc', 1, dataSet(from0(196)), '0-23'],
  ['mlrc', 2, dataSet(from0(196)), '25-48'],
  ['mlrc', 3, dataSet(from0(196)), '49-72'],
  ['cdsm', 0, cub, '0-24'],
  ['cdsm', 3, cub, '75-99'],
  ['cdsm', 0, dataSet(from0(196)), '0-24'],
  ['cdsm', 1, dataSet(from0(196)), '25-49'],
  ['cdsm', 2, dataSet(from0(196)), '50-73'],
  ['cdsm', 3, dataSet(from0(196)), '74-97'],
]
for (const [protocol, fold, images, val] of folds) {
  const count = images.classNames.size
  test(`${protocol}, fold ${fold} of ${count} classes validates on ${val} and tests on the second half`, () => {
    const {split, problems} = assign({protocol, fold}, images)
    assert.deepEqual(problems, [])
    assert.equal(classesOf(split, 'val', images), val)
    assert.equal(classesOf(split, 'test', images), `${count / 2}-${count - 1}`)
    assert.ok(!split.includes('unused'))
  })
}

test('the first fold is meant where none is named', () => {
  assert.deepEqual(assign({protocol: 'mlrc'}, cub), assign({protocol: 'mlrc', fold: 0}, cub))
})

test('folds of any number of classes have the same test classes, and validation classes of their own', () => {
  fc.assert(
    fc.property(fc.integer({min: 16, max: 300}), fc.constantFrom('mlrc', 'cdsm'), (count, protocol) => {
      const images = dataSet(from0(count))
      const splits = [0, 1, 2, 3].map((fold) => assign({protocol, fold}, images).split)
      const test = classesOf(splits[0]!, 'test', images)
      const seen = splits.flatMap((split) => [...new Set(images.label.filter((_, row) => split[row] === 'val'))])
      assert.ok(splits.every((split) => classesOf(split, 'test', images) === test))
      assert.equal(new Set(seen).size, seen.length)
      assert.ok(!splits.flat().includes('unused'))
    }),
  )
})

test('roth has no validation set: the second half is measured, and the result is marked', () => {
  const {split, notes} = assign({protocol: 'roth'}, cub)
  assert.equal(classesOf(split, 'train', cub), '0-99')
  assert.equal(classesOf(split, 'val', cub), '100-199')
  assert.match(notes.join(' '), /best epoch is chosen on them.*do not compare/)
})

test('roth with a validation set takes it from the end of the training classes', () => {
  const {split, notes} = assign({protocol: 'roth', val_share: 0.2}, cub)
  assert.equal(classesOf(split, 'train', cub), '0-79')
  assert.equal(classesOf(split, 'val', cub), '80-99')
  assert.equal(classesOf(split, 'test', cub), '100-199')
  assert.deepEqual(notes, [])
})

test('raml takes classes in the order in which they appear, half of the first half for validation', () => {
  const images = dataSet([5, 1, 7, 3, 0, 2, 4, 6])
  const {split} = assign({protocol: 'raml'}, images)
  assert.equal(classesOf(split, 'train', images), '1-1,5-5')
  assert.equal(classesOf(split, 'val', images), '3-3,7-7')
  assert.equal(classesOf(split, 'test', images), '0-0,2-2,4-4,6-6')
  const final = assign({protocol: 'raml', val_share: 0}, images)
  assert.equal(classesOf(final.split, 'train', images), '1-1,3-3,5-5,7-7')
  assert.equal(classesOf(final.split, 'val', images), '0-0,2-2,4-4,6-6')
})

const official = (label: number): Split => (label < 4 ? 'train' : 'test')
const withSides = dataSet([0, 1, 2, 3, 4, 5], {
  official: [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5].map(official),
})

test('official, roth and raml keep to the sides of the data set', () => {
  const sides = (values: Record<string, unknown>) =>
    (['train', 'val', 'test'] as const).map((name) => classesOf(assign(values, withSides).split, name, withSides))
  assert.deepEqual(sides({protocol: 'official'}), ['0-2', '3-3', '4-5'])
  assert.deepEqual(sides({protocol: 'official', val_share: 0.5}), ['0-1', '2-3', '4-5'])
  assert.deepEqual(sides({protocol: 'roth'}), ['0-3', '4-5', ''])
  assert.deepEqual(sides({protocol: 'raml'}), ['0-1', '2-3', '4-5'])
})

test('the Reality Check merges the sides and cuts anew, so that a class may change sides', () => {
  const images = dataSet(from0(17), {official: from0(34).map((row) => (row % 17 < 9 ? 'train' : 'test'))})
  const {split} = assign({protocol: 'mlrc'}, images)
  assert.equal(classesOf(split, 'test', images), '8-16')
})

test('a validation set of the data set itself is used, and none is carved beside it', () => {
  const images = dataSet([0, 1, 2, 3], {
    official: [0, 1, 2, 3, 0, 1, 2, 3].map((label) => (label < 2 ? 'train' : label === 2 ? 'val' : 'test')),
  })
  const {split} = assign({protocol: 'official'}, images)
  assert.deepEqual(split, images.official)
  assert.deepEqual(assign({protocol: 'official', val_share: 0.2}, images).problems, [
    'The data set has a validation set of its own: leave out data.val_share.',
  ])
})

test('what a data set does not have is said', () => {
  assert.match(
    assign({protocol: 'official'}, cub).problems[0]!,
    /cub has no split of its own .* Use protocol roth, mlrc/,
  )
  const forced = {protocol: 'closed-set', allow_shared_classes: true}
  assert.match(assign(forced, cub).problems[0]!, /no split of images into train and test that share their classes/)
})

test('a set without a class is a problem', () => {
  const {problems} = assign({protocol: 'mlrc'}, dataSet([0, 1, 2, 3]))
  assert.deepEqual(problems, [
    'val (protocol mlrc) has no image: 4 classes are too few for it. Take another data.protocol.',
  ])
})

test('closed-set measures classes that were trained on, and says so', () => {
  const images = dataSet([0, 1], {closedSet: ['train', 'train', 'train', 'train']})
  const four = {...images, label: [0, 0, 0, 0, 1, 1, 1, 1]}
  const sides = ['train', 'train', 'test', 'test'] as const
  const forced = {protocol: 'closed-set', allow_shared_classes: true}
  const {split, notes, problems} = assign(forced, {...four, closedSet: [...sides, ...sides]})
  assert.deepEqual(problems, [])
  assert.deepEqual(split, ['train', 'train', 'val', 'val', 'train', 'train', 'val', 'val'])
  assert.match(notes[0]!, /share their classes .* compares with no retrieval result/)
})

test('training classes with one image are left out and named', () => {
  const images: LabelledImages = {
    label: [0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7],
    classNames: new Map(from0(8).map((label) => [label, `class${label}`])),
  }
  const {split, notes, problems} = assign({protocol: 'roth', val_share: 0.25}, images)
  assert.deepEqual(problems, [])
  assert.equal(split[2], 'unused')
  assert.deepEqual(notes, ['Training classes with one image, which lacks a positive, are left out (1): 1 class1.'])
})

test('parameters of other protocols are refused', () => {
  const problems = (values: object) =>
    dataParameters
      .safeParse({format: 'cub', root: 'x', ...values})
      .error!.issues.map(({path, message}) => `${path.join('.')} ${message}`)
  assert.deepEqual(problems({protocol: 'halves', fold: 1, val_share: 0.1, allow_shared_classes: true}), [
    'fold belongs to protocols mlrc and cdsm, not to halves',
    'val_share belongs to protocols roth, official and raml, not to halves',
    'allow_shared_classes belongs to protocol closed-set, not to halves',
  ])
  assert.match(
    problems({protocol: 'closed-set'})[0]!,
    /^protocol must keep the classes that are measured out of training/,
  )
  assert.deepEqual(problems({protocol: 'mlrc', train: '0-9'}), [
    'train has no meaning with protocol mlrc; use protocol classes',
  ])
})
