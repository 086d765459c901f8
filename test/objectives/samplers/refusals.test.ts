import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {miningParameters} from '../../../lib/objectives/parameters/mining.ts'
import {imagesOf, sampleEpoch} from './fixtures.ts'

describe('settings that do not fit together are refused before anything runs', () => {
  const refused: [string, object, string, string][] = [
    [
      'a batch that is no whole number of groups',
      {sampler: 'm-per-class', batch_size: 30, images_per_class: 4},
      'batch_size',
      'must be a multiple of mining.images_per_class (4), for example 28 or 32',
    ],
    [
      'a batch smaller than a group',
      {sampler: 'class-random', batch_size: 3, images_per_class: 4},
      'batch_size',
      'must be a multiple of mining.images_per_class (4), for example 4',
    ],
    [
      'a batch that super-classes cannot share',
      {sampler: 'hierarchical', batch_size: 12, images_per_class: 4},
      'batch_size',
      'must be a multiple of mining.images_per_class * super_classes_per_batch (8), for example 8 or 16',
    ],
    [
      "one image a class in Roth's sampler",
      {sampler: 'samples-per-class', images_per_class: 1},
      'images_per_class',
      'must be at least 2: for one image a class the original shuffles, as mining.sampler shuffle does',
    ],
    [
      'two lengths of an epoch',
      {sampler: 'classes', passes: 2, iterations: 100},
      'iterations',
      'must be null beside mining.passes 2: an epoch has one length, so set one of them',
    ],
    [
      'cut-offs in the wrong order',
      {sampler: 'distance-weighted', lower: 0.5, upper: 0.4},
      'upper',
      'must be above mining.lower (0.5), or null for no upper cut',
    ],
    [
      'a super-class that is no regular expression',
      {sampler: 'hierarchical', super_class: '('},
      'super_class',
      'must be a regular expression',
    ],
  ]
  for (const [what, value, path, message] of refused) {
    test(`${what}, with what would do`, () => {
      const {error} = miningParameters.safeParse(value)
      assert.deepEqual(
        error?.issues.map((issue) => [issue.path.join('.'), issue.message]),
        [[path, message]],
      )
    })
  }
})

describe('data that a sampler cannot draw from are refused, with what to change', () => {
  const small = imagesOf(3, 4, 2)
  const refused: [string, object, ReturnType<typeof imagesOf>, string][] = [
    ...['balanced', 'class-groups'].map((sampler): [string, object, ReturnType<typeof imagesOf>, string] => [
      `${sampler}: more classes than there are`,
      {sampler, classes_per_batch: 4, images_per_class: 2},
      small,
      `${sampler === 'class-groups' ? 'with classes of 2 images or more: ' : ''}mining.classes_per_batch is 4, but the training images have 3 classes. Set it to 3 or less.`,
    ]),
    [
      'm-per-class: more classes than there are',
      {sampler: 'm-per-class', batch_size: 32, images_per_class: 4},
      small,
      'mining.batch_size / images_per_class is 8, but the training images have 3 classes. Set it to 3 or less.',
    ],
    [
      'class-groups: no class with enough images',
      {sampler: 'class-groups', images_per_class: 5, negatives: 0},
      small,
      'No training class has the 5 images that mining.images_per_class asks for. Lower it, or add images.',
    ],
    [
      'samples-per-class: fewer classes than it avoids',
      {sampler: 'samples-per-class', batch_size: 4},
      imagesOf(3, 3),
      'mining.sampler samples-per-class never returns to the last two classes, but there are 2. Use mining.sampler class-random, or data with 3 classes or more.',
    ],
    [
      'tuples: classes with too few positives',
      {sampler: 'distance-weighted', positives: 3},
      small,
      '2 training classes have fewer than the 4 images that a tuple takes:\n  class 100: images 10, 19, 28\n' +
        '  class 102: images 16, 25\nAdd images to these classes or remove them, or lower mining.positives.',
    ],
    [
      'shuffle: no full batch',
      {sampler: 'shuffle', batch_size: 10, drop_last: true},
      small,
      'mining.passes 1 over 9 training images makes no batch of 10. Make mining.batch_size smaller, raise mining.passes or set mining.drop_last to false.',
    ],
    [
      'views: more images in a batch than there are',
      {sampler: 'views', images_per_batch: 10},
      small,
      'mining.images_per_batch is 10, but there are 9 training images. Make it at most that.',
    ],
    [
      'random-triplets: a pass without an anchor',
      {sampler: 'random-triplets', passes: 0.1},
      small,
      'mining.passes 0.1 over 9 training images makes no anchor. Raise it.',
    ],
    ...[{sampler: 'classes', classes_per_batch: 2}, {sampler: 'random-triplets'}, {sampler: 'shuffle'}].map(
      (mining): [string, object, ReturnType<typeof imagesOf>, string] => [
        `${mining.sampler}: an epoch that no memory holds`,
        {...mining, iterations: 1_000_000, ...(mining.sampler === 'classes' && {images_per_class: 6})},
        small,
        `An epoch of ${{classes: '12,000,000', 'random-triplets': '64,000,000', shuffle: '112,000,000'}[mining.sampler]} images is more than a plan holds (10,000,000). ` +
          'Lower mining.passes or mining.iterations: more epochs do the same.',
      ],
    ),
    [
      'hierarchical: names without a super-class',
      {sampler: 'hierarchical', batch_size: 4, images_per_class: 2},
      {...small, className: ['a/1', 'b', 'c', 'a/1', 'b', 'c', 'a/1', 'b', 'b']},
      'mining.super_class ^(.+?)/ finds no super-class in the name of 2 of 3 training classes: "b", "c". Set mining.super_class ' +
        'to a regular expression that finds the super-class in the name of a class ("^(.+?)/" finds "bicycle" in ' +
        '"bicycle/1107"), or use a sampler without super-classes, such as classes.',
    ],
    [
      'hierarchical: fewer super-classes than a batch has',
      {sampler: 'hierarchical', batch_size: 6, images_per_class: 2, super_classes_per_batch: 3},
      small,
      'mining.super_classes_per_batch is 3, but mining.super_class ^(.+?)/ finds 2 super-class(es): even, odd. Set mining.super_class ' +
        'to a regular expression that finds the super-class in the name of a class ("^(.+?)/" finds "bicycle" in ' +
        '"bicycle/1107"), or use a sampler without super-classes, such as classes.',
    ],
  ]
  for (const [what, mining, images, message] of refused) {
    test(what, async () => {
      await assert.rejects(sampleEpoch(mining, images), {name: 'UserError', message})
    })
  }
})
