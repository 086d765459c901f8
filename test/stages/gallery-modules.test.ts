import assert from 'node:assert/strict'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {test} from 'node:test'
import {writeSafetensors} from '../../lib/model/safetensors.ts'
import {catalogue} from '../../stages/catalogue.ts'

test("the key of a gallery holds the network of the run and that of the gallery's own model, a user's too", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-gallery-'))
  context.after(() => rm(folder, {recursive: true, force: true}))
  const modules = async (gallery: object) => {
    const values = {model: {backbone: 'resnet18'}, gallery}
    const all = await catalogue.stages['extract-gallery']!.modules!(values, folder)
    return all.filter((path) => !path.startsWith('lib/data/'))
  }
  for (const backbone of ['./my-backbone.ts', 'dinov2_vits14'])
    await writeSafetensors(join(folder, backbone.slice(0, 5)), new Map(), {'nearmiss.spec': JSON.stringify({backbone})})
  const own = 'lib/model/backbones/resnet18.ts'
  assert.deepEqual(await modules({model: './my-', transforms: null}), [own, './my-backbone.ts'])
  assert.deepEqual(await modules({model: 'dinov', transforms: null}), [own, 'lib/model/backbones/dinov2_vits14.ts'])
  assert.deepEqual(await modules({model: null, transforms: []}), [own])
  // That it is missing is told by the runner.
  assert.deepEqual(await modules({model: 'none.safetensors', transforms: null}), [own])
})
