import assert from 'node:assert/strict'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {test} from 'node:test'
import {backboneOf} from '../../lib/model/backbone-of.ts'
import {writeSafetensors} from '../../lib/model/safetensors.ts'

test('a checkpoint says which backbone it is; what says none, or none that can be, is no reason to stop', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-backbone-'))
  context.after(() => rm(folder, {recursive: true, force: true}))
  const file = join(folder, 'model.safetensors')
  const said = async (spec: string) => {
    await writeSafetensors(file, new Map(), {'nearmiss.spec': spec})
    return backboneOf(file)
  }
  assert.equal(await said('{"backbone": "resnet50", "width": 64}'), 'resnet50')
  assert.equal(await said('{"backbone": "./my-backbone.ts"}'), './my-backbone.ts')
  for (const spec of ['{"backbone": "resnet51"}', '{"backbone": 50}', '{}', 'null', '[', '"resnet50"'])
    assert.equal(await said(spec), undefined, spec)
  await writeSafetensors(file, new Map(), {})
  assert.equal(await backboneOf(file), undefined)
  await writeFile(file, 'no such thing')
  assert.equal(await backboneOf(file), undefined)
  assert.equal(await backboneOf(join(folder, 'none.safetensors')), undefined)
})
