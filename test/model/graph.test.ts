import assert from 'node:assert/strict'
import {test} from 'node:test'
import {loadBackbone} from '../../lib/model/backbones/backbone.ts'
import {traceNetwork} from '../../lib/model/graph.ts'
import {backboneNames} from '../../lib/model/spec.ts'
import {golden} from '../golden.ts'
import {imagenetSpec, tinySpec} from './fixtures.ts'

const {architectures} = golden('arch-keys.json') as {
  architectures: Record<string, {state_dict: Record<string, number[]>}>
}

/** Where the layout of another package than torchvision is meant. */
const layouts: Readonly<Record<string, string>> = {
  bninception: 'pretrainedmodels/bninception',
  vit_small_patch16_224: 'timm/vit_small_patch16_224',
  vit_base_patch16_224: 'timm/vit_base_patch16_224/num_classes0',
}

for (const backbone of backboneNames) {
  test(`names, order and shapes are those of ${backbone} in its package, without its classifier`, async () => {
    const {unused} = await loadBackbone({backbone})
    const layout = architectures[layouts[backbone] ?? backbone]!.state_dict
    const expected = Object.entries(layout).filter(([name]) => !unused.test(name))
    assert.ok(expected.length > 100)
    assert.deepEqual(
      (await traceNetwork({...imagenetSpec, backbone})).tensors.map(({name, shape}) => [name, shape]),
      expected,
    )
  })
}

test('the small stem has 3x3 weights, and width scales every layer', async () => {
  const shapes = new Map((await traceNetwork({...tinySpec, width: 32})).tensors.map(({name, shape}) => [name, shape]))
  assert.deepEqual(shapes.get('conv1.weight'), [32, 3, 3, 3])
  assert.deepEqual(shapes.get('layer4.0.downsample.0.weight'), [256, 128, 1, 1])
  assert.deepEqual(shapes.get('layer4.1.bn2.running_var'), [256])
})

test('every tensor has the role that its name says', async () => {
  const roles = {
    weight: 'gamma',
    bias: 'beta',
    running_mean: 'mean',
    running_var: 'variance',
    num_batches_tracked: 'count',
  }
  for (const {name, shape, role} of (await traceNetwork(imagenetSpec)).tensors) {
    const part = name.split('.').at(-1) as keyof typeof roles
    assert.equal(role, shape.length === 4 ? 'conv' : roles[part], name)
  }
})
