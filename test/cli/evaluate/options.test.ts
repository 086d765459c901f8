import assert from 'node:assert/strict'
import {test} from 'node:test'
import {checkOptions, type EvaluateOptions, readReference} from '../../../lib/cli/evaluate/options.ts'
import {resized, spellTransforms} from '../../../lib/cli/evaluate/resize.ts'
import {UsageError} from '../../../lib/cli/usage-error.ts'

const nothing: EvaluateOptions = {split: 'test', symmetric: false, ensemble: [], json: false}

function problemsOf(options: Partial<EvaluateOptions>): string[] {
  try {
    checkOptions({...nothing, ...options})
  } catch (error) {
    assert.ok(error instanceof UsageError)
    return error.message.split('\n')
  }
  return []
}

test('options that go together are taken', () => {
  for (const options of [
    {},
    {run: 'demo', epoch: 3, size: 224, gallery: 'teacher@last', gallerySize: 448},
    {symmetric: true, size: 224},
    {ensemble: ['a,b@3,c@best'], split: 'val'},
    {ensemble: ['a,b', 'c,d']},
  ])
    assert.deepEqual(problemsOf(options), [])
})

test('everything that cannot be is said at once', () => {
  assert.deepEqual(problemsOf({ensemble: ['a,b', 'c', 'd,e,d'], run: 'x@2', gallerySize: 8, symmetric: true}), [
    '--ensemble names its own runs and epochs, and measures them as they are, among each other: leave out --run, --gallery-size, --symmetric.',
    '--symmetric is without a gallery: leave out --gallery-size, or --symmetric.',
    '--ensemble c: name two models or more with commas between them, as fold0,fold1@3.',
    '--ensemble d,e,d: d is there twice.',
    'Every --ensemble must have as many models: repetitions of one experiment are what is averaged.',
    '--run x@2: name the epoch by --epoch.',
  ])
  for (const gallery of ['', 'a@', 'a@b', 'a@-1', 'a,b', 'a@3@4'])
    assert.match(problemsOf({gallery}).join(), /^--gallery: ".*" is no epoch of a run\. Examples: teacher, /, gallery)
  assert.equal(problemsOf({ensemble: [',']}).length, 3)
})

test('a run without an epoch means its best one', () => {
  assert.deepEqual(readReference('teacher'), {run: 'teacher', which: 'best'})
  assert.deepEqual(readReference('a.b-c@12'), {run: 'a.b-c', which: '12'})
})

test('another size keeps the ratio of resize and crop, as the test of RAML has it, and their filter', () => {
  assert.deepEqual(resized([{resize: 256}, {center_crop: 224}], 448), [{resize: 512}, {center_crop: 448}])
  const lanczos = {shorter_side: 512, filter: 'lanczos', rounding: 'round'}
  assert.deepEqual(resized([{resize: lanczos}, {center_crop: 448}, {grayscale: 1}], 224), [
    {resize: {...lanczos, shorter_side: 256}},
    {center_crop: 224},
    {grayscale: 1},
  ])
  assert.equal(resized([{resize: 64}, {center_crop: 64}], 64), undefined)
  for (const transforms of [[], [{random_resized_crop: {size: 64}}], [{center_crop: 64}], 'x', null, undefined])
    assert.throws(() => resized(transforms, 32), /know how to change image\.eval of resize and center_crop/)
})

test('transforms are spelt in one line', () => {
  assert.equal(spellTransforms([{resize: 73}, {center_crop: 64}]), 'resize 73, center_crop 64')
  assert.equal(
    spellTransforms([{resize: {shorter_side: 9}}, {center_crop: 8}]),
    'resize {"shorter_side":9}, center_crop 8',
  )
})
