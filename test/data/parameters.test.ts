import assert from 'node:assert/strict'
import {test} from 'node:test'
import {dataParameters, namedRanges} from '../../lib/data/parameters.ts'
import {trainingTransformList, transformList} from '../../lib/data/transforms/parameters.ts'

function problems(schema: typeof dataParameters | typeof transformList, value: unknown): string[] {
  const result = schema.safeParse(value)
  return result.success ? [] : result.error.issues.map(({path, message}) => `${path.join('.')}: ${message}`)
}

const cub = {format: 'cub', root: 'birds', protocol: 'lab'}

test('the settings of the demo and of the lab are accepted', () => {
  assert.deepEqual(problems(dataParameters, cub), [])
  assert.deepEqual(problems(dataParameters, {...cub, train: '0-49', val: '50-74', images_per_class: 10}), [])
  assert.deepEqual(
    problems(dataParameters, {
      format: 'folder',
      root: 'x',
      protocol: 'modulo',
      modulo: 4,
      train: '0-1',
      val: 2,
      test: 3,
    }),
    [],
  )
  assert.deepEqual(problems(dataParameters, {format: 'folder', root: 'x', protocol: 'halves'}), [])
})

test('protocol lab has the classes of the lab unless others are named', () => {
  const all = namedRanges(dataParameters.parse(cub))
  assert.deepEqual(all, {train: [{from: 0, to: 99}], val: [{from: 100, to: 149}], test: [{from: 150, to: 199}]})
  const named = namedRanges(dataParameters.parse({...cub, train: '0-49'}))
  assert.deepEqual(named, {...all, train: [{from: 0, to: 49}]})
})

test('every mistake in the data settings is named with what is expected', () => {
  const cases: [Record<string, unknown>, string[]][] = [
    [{...cub, roots: 'x'}, [': Unrecognized key: "roots"']],
    [{...cub, val: 'b'}, ['val: must be class numbers like 7, 0-49 or 0-9,20-29, got "b"']],
    [
      {...cub, train: 2.5, images_per_class: 1},
      [
        'train: must be class numbers like 7, 0-49 or 0-9,20-29, got 2.5',
        'images_per_class: must be 2 or more: a positive needs another image of its class',
      ],
    ],
    [{...cub, train: '0-120'}, ['val: overlaps train in 100-120: no class may be in two sets']],
    [{...cub, modulo: 4}, ['modulo: belongs to protocol modulo, not to lab']],
    [{...cub, protocol: 'classes', val: 3}, ['train: is missing: protocol classes needs it, like 0-49']],
    [{...cub, protocol: 'modulo', modulo: 4, train: '0-1', val: 4}, ['val: must be remainders below 4, got 4']],
    [
      {...cub, protocol: 'modulo', train: 0, val: 1},
      ['modulo: is missing: protocol modulo splits by class number modulo n'],
    ],
    [{...cub, protocol: 'thirds', test: 3}, ['test: has no meaning with protocol thirds; use protocol classes']],
    [{...cub, root: ''}, ['root: must be the path of a folder']],
  ]
  for (const [value, expected] of cases) assert.deepEqual(problems(dataParameters, value), expected)
})

test('transforms that end in one fixed size are accepted', () => {
  assert.deepEqual(problems(transformList, [{resize: 256}, {center_crop: 224}]), [])
  assert.deepEqual(problems(transformList, [{resize: 64}, {center_crop: 64}, {horizontal_flip: 0.5}]), [])
  assert.deepEqual(
    problems(transformList, [{random_resized_crop: {size: 64, scale: [0.4, 1]}}, {horizontal_flip: 0.5}]),
    [],
  )
  assert.deepEqual(
    problems(transformList, [{resize: {shorter_side: 256, filter: 'lanczos', rounding: 'round'}}, {random_crop: 224}]),
    [],
  )
  assert.deepEqual(
    problems(transformList, [
      {resize: 256},
      {random_resized_crop: {size: 227, scale: [0.16, 1], ratio: [0.75, 1.33]}},
      {color_jitter: {brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1}},
      {horizontal_flip: 0.5},
      {grayscale: 0.2},
      {random_erasing: {}},
    ]),
    [],
  )
})

test('transforms that cannot work are refused with the reason', () => {
  const order =
    'must be resize with center_crop or random_crop, or random_resized_crop (perhaps after resize), then any of ' +
    'horizontal_flip, color_jitter, grayscale, random_erasing; got'
  const cases: [unknown, string[]][] = [
    [[], [`: ${order} an empty list`]],
    [[{resize: 256}], [`: ${order} resize`]],
    [[{horizontal_flip: 0.5}, {random_resized_crop: {size: 64}}], [`: ${order} horizontal_flip, random_resized_crop`]],
    [[{random_resized_crop: {size: 64}}, {center_crop: 32}], [`: ${order} random_resized_crop, center_crop`]],
    [[{resize: 200}, {center_crop: 224}], [': center_crop 224 does not fit into the shorter side of resize 200']],
    [
      [{resize: 256, center_crop: 224}],
      ['0: must be one transform, like {resize: 256}; every transform is an item of its own'],
    ],
    [[{resize: 64}, {random_crop: 65}], [': random_crop 65 does not fit into the shorter side of resize 64']],
    [[{random_resized_crop: {size: 8}}, {grayscale: 0.1}, {grayscale: 0.2}], [': has grayscale twice']],
    [[{rotate: 90}], ['0: Unrecognized key: "rotate"']],
    [
      [{resize: 25.5}, {center_crop: 0}],
      [
        '0.resize: must be a whole number of pixels, or {shorter_side: pixels, filter: lanczos, rounding: round}',
        '1.center_crop: must be at least 1 pixel',
      ],
    ],
    [
      [{random_resized_crop: {size: 64, scale: [1, 0.4]}}],
      ['0.random_resized_crop.scale: the smaller number comes first'],
    ],
  ]
  for (const [value, expected] of cases) assert.deepEqual(problems(transformList, value), expected)
})

test('mixup belongs to training alone', () => {
  const list = [{random_resized_crop: {size: 64}}, {mixup: {alpha: 0.2}}]
  assert.deepEqual(problems(trainingTransformList, list), [])
  assert.match(problems(transformList, list)[0]!, /grayscale, random_erasing; got random_resized_crop, mixup/)
  assert.match(
    problems(trainingTransformList, [{resize: 8}, {center_crop: 8}, {mixup: {alpha: 2}}])[0]!,
    /alpha: Too big/,
  )
})
