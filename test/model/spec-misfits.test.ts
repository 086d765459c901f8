import assert from 'node:assert/strict'
import {test} from 'node:test'
import {pictureSide} from '../../lib/model/picture-side.ts'
import {type BackboneName, backboneNames, type ModelSpec} from '../../lib/model/spec.ts'
import {sideMisfit, specMisfits} from '../../lib/model/spec-misfits.ts'
import {imagenetSpec} from './fixtures.ts'

test('Every backbone goes with the defaults', () => {
  for (const backbone of backboneNames) assert.deepEqual(specMisfits({...imagenetSpec, backbone}), [])
})

test('Settings that a backbone does not have are refused, all at once', () => {
  const odd = {width: 32, stem: 'small', pool: 'cls', batchnorm: 'live'} as const
  const refused = (backbone: BackboneName, part: Partial<ModelSpec> = odd) =>
    specMisfits({...imagenetSpec, ...part, backbone}).map(({path}) => path.join('.'))
  assert.deepEqual(refused('resnet50'), ['model.pool'])
  assert.deepEqual(refused('googlenet'), ['model.width', 'model.stem', 'model.pool'])
  assert.deepEqual(refused('dino_vits16'), ['model.width', 'model.stem', 'model.batchnorm'])
  assert.deepEqual(refused('convnext_tiny'), ['model.width', 'model.stem', 'model.pool', 'model.batchnorm'])
  assert.deepEqual(refused('./my-network.ts'), [])
  assert.deepEqual(refused('vit_base_patch16_224', {pool: 'cls'}), [])
})

test('What is left out at random in training needs what it is left out of', () => {
  const refused = (part: Partial<ModelSpec>) =>
    specMisfits({...imagenetSpec, ...part}).map(({path, text}) => `${path.join('.')} ${text}`)
  assert.deepEqual(refused({dropout: 0.2, stochastic_depth: 0.1}), [
    'model.dropout must be 0 without model.embedding: it leaves out what a linear layer reads',
    'model.stochastic_depth must be 0 with resnet18: EfficientNet, ConvNeXt and the vision transformers have it',
  ])
  const embedding = {size: 8, hidden: [], relu: 'between', normalise: 'none'} as const
  for (const backbone of ['efficientnet_b0', 'convnext_tiny', 'dinov2_vits14', './mine.ts'] as const)
    assert.deepEqual(refused({backbone, embedding, dropout: 0.2, stochastic_depth: 0.1}), [])
  assert.equal(refused({backbone: 'mobilenet_v3_large', stochastic_depth: 0.1}).length, 1)
})

test('Pictures of transformers divide into patches, and the nearest size that does is known', () => {
  assert.equal(sideMisfit('vit_small_patch16_224', 224), undefined)
  assert.equal(sideMisfit('dinov2_vits14', 224), undefined)
  assert.deepEqual(sideMisfit('dinov2_vits14', 256), {
    wanted: 'a multiple of 14, the side of the patches of dinov2_vits14',
    near: 252,
  })
  assert.equal(sideMisfit('resnet50', 227), undefined)
  assert.equal(sideMisfit('./my-network.ts', 227), undefined)
  assert.equal(sideMisfit('dino_vits16', 227)?.near, 224)
  assert.equal(sideMisfit('dino_vits16', 3)?.near, 16)
})

test('BN-Inception takes the sides at which its package joins maps of one size', () => {
  // Of what is left of a side: a 7x7 with stride 2, two pools that round up, then twice a 3x3 with stride 2 beside a pool.
  const joins = (side: number) => {
    const half = (length: number) => Math.ceil((length - 3) / 2) + 1
    const before = half(half(Math.ceil(side / 2)))
    return before >= 4 && [before, before / 2].every((length) => half(length) === Math.ceil(length / 2))
  }
  for (let side = 16; side < 300; side++)
    assert.equal(sideMisfit('bninception', side) === undefined, joins(side), `${side} pixels`)
  assert.match(sideMisfit('bninception', 240)!.wanted, /multiple of 32 or at most six more \(224, 227\)/)
})

test('The side of a list of transforms is that of its last crop', () => {
  assert.equal(pictureSide([{resize: 256}, {random_crop: 224}, {horizontal_flip: 0.5}]), 224)
  assert.equal(pictureSide([{random_resized_crop: {size: 196}}, {grayscale: 0.1}]), 196)
  assert.equal(pictureSide([{resize: 256}]), undefined)
  for (const nothing of [undefined, null, 'center_crop', [null], [{center_crop: 'no'}]])
    assert.equal(pictureSide(nothing), undefined)
})
