import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {parse} from 'yaml'
import {scaledSide} from '../../lib/data/rescale.ts'
import {backboneNames} from '../../lib/model/spec.ts'
import {sideMisfit} from '../../lib/model/spec-misfits.ts'
import {parseWith} from '../../lib/pipeline/complaint.ts'
import {UserError} from '../../lib/user-error.ts'
import {refuseSides} from '../../stages/extract/refuse-sides.ts'
import {parameters} from '../../stages/parameters.ts'
import {findSideProblems} from '../../stages/picture-sides.ts'

const at = (side: number) => [{resize: side}, {center_crop: side}]

test('every size that a transformer is shown is refused by the configuration, all at once', () => {
  const texts = complaints({
    model: {backbone: 'vit_small_patch16_224', width: 64, stem: 'imagenet', batchnorm: 'frozen', pool: 'cls'},
    image: {train: [{random_resized_crop: {size: 100}}], eval: at(224), mining: at(90), multiscale: {}},
    gallery: {transforms: at(230)},
  })
  const patches = 'a multiple of 16, the side of the patches of vit_small_patch16_224'
  assert.deepEqual(
    texts.map((text) => text.replace(/, got .*/, '')),
    [
      `image.train must end with ${patches}, not with 100: 96, for instance`,
      `image.multiscale must make of the 224 pixels of image.eval ${patches}: scale 0.7071067811865476 makes 158, 0.7143 would make 160`,
      `image.mining must end with ${patches}, not with 90: 96, for instance`,
      `gallery.transforms must end with ${patches}, not with 230: 224, for instance`,
    ],
  )
})

test('scales count for the gallery, and for BN-Inception; a gallery that has a model of its own is judged by that', () => {
  const caffe = {backbone: 'bninception', width: 64, stem: 'imagenet', batchnorm: 'frozen'}
  const image = {train: at(224), eval: at(224), multiscale: {scales: [1, 0.8]}}
  const own = {transforms: at(416)}
  const [first, second, ...others] = complaints({model: caffe, image, gallery: own})
  assert.match(
    first!,
    /of the 224 pixels of image\.eval a multiple of 32 .*: scale 0\.8 makes 179, 0\.8572 would make 192/,
  )
  assert.match(second!, /of the 416 pixels of gallery\.transforms .*: scale 0\.8 makes 332, 0\.7693 would make 320/)
  assert.deepEqual(others, [])
  const elsewhere = {model: 'teacher.safetensors', transforms: at(450)}
  assert.deepEqual(complaints({model: caffe, image: {...image, multiscale: null}, gallery: elsewhere}), [])
})

test('the scale that is suggested makes a side that is right', () => {
  for (const backbone of backboneNames) {
    for (let side = 32; side < 600; side++) {
      for (const {near, scaled} of findSideProblems({backbone, transforms: at(side), scales: [1, 0.7, 0.5, 1.3]})) {
        assert.equal(sideMisfit(backbone, near), undefined)
        if (scaled !== undefined) assert.equal(scaledSide(side, scaled.better), near)
      }
    }
  }
})

test('what only a file of weights or a command says is refused before a picture is read, all scales at once', () => {
  assert.doesNotThrow(() => refuseSides({backbone: 'resnet18', transforms: at(99), scales: [1, 0.3]}))
  assert.throws(
    () => refuseSides({backbone: 'dinov2_vits14', transforms: at(225)}),
    new UserError(
      'Pictures of 225 pixels are not for the model: a side must be a multiple of 14, the side of the patches of dinov2_vits14. Take 224, for instance.',
    ),
  )
  assert.throws(
    () => refuseSides({backbone: 'dino_vits16', transforms: at(224), scales: [1, 0.7, 0.6]}),
    /156 pixels \(224 at scale 0\.7\).*Scale 0\.7143 makes 160\.\n.*134 pixels.*makes 128\./,
  )
})

function complaints(groups: Record<string, object>): string[] {
  const {params} = parse(readFileSync(join(import.meta.dirname, '../../pipeline.yaml'), 'utf8'))
  for (const [name, group] of Object.entries(groups)) params[name] = {...params[name], ...group}
  const parsed = parseWith(parameters, params)
  return 'complaints' in parsed ? parsed.complaints.map(({text}) => text) : []
}
