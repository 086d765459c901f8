import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {readFile, rename, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {publishedWeights} from '../../../lib/cli/weights/published.ts'
import {writeTorch} from '../../../lib/model/export/torch/write.ts'
import {randomWeights} from '../../../lib/model/random-weights.ts'
import {backboneNames} from '../../../lib/model/spec.ts'
import {imagenetSpec} from '../../model/fixtures.ts'
import {tinyProject} from '../../stages/tiny-project.ts'
import {nearmiss} from '../rig.ts'

test('weights are published for every backbone, and each file is told once', () => {
  assert.deepEqual(new Set(publishedWeights.map(({backbone}) => backbone)), new Set<string>(backboneNames))
  assert.equal(new Set(publishedWeights.map(({url}) => url)).size, publishedWeights.length)
  for (const {url, sha256} of publishedWeights) if (sha256 !== undefined) assert.ok(url.includes(`-${sha256}.`))
})

test('where weights come from, and what a file holds', async (context) => {
  const {folder} = await tinyProject(context)

  await context.test('is listed, and told of one backbone', async () => {
    const list = await nearmiss(folder, 'weights')
    assert.match(list.stdout, /resnet18 +ResNet18_Weights\.IMAGENET1K_V1 +resnet18-f37072fd\.pth\n/)
    const one = await nearmiss(folder, 'weights', 'resnet18')
    assert.match(
      one.stdout,
      /from +https:\/\/.*\/resnet18-f37072fd\.pth\n.*44\.661 MB.*\n.*licence +BSD-3.*\n.*sha256 +f37072fd…/,
    )
  })

  await context.test('is told of a file: its digest, how it fits, and how it is imported', async () => {
    const state = await randomWeights(
      {...imagenetSpec, embedding: {size: 32, hidden: [], relu: 'between', normalise: 'none'}},
      1,
    )
    const named = new Map(
      [...state].map(([name, tensor]) => [`model.${name.replace('embedding', 'last_linear')}`, tensor] as const),
    )
    const path = join(folder, 'net.pth')
    await writeTorch(path, named, {})
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
    const {code, stdout, stderr} = await nearmiss(folder, 'weights', 'net.pth')
    assert.equal(code, 0, stderr)
    assert.ok(stdout.includes(digest))
    assert.match(stdout, /holds +122 tensors \(102 F32, 20 I64\), 11,202,548 numbers/)
    assert.match(
      stdout,
      /fits +resnet18: 100 of 100 tensors, named as by Cadene, under model\.\n.* --set model\.backbone=resnet18 --set model\.width=64 --set model\.stem=imagenet --set model\.batchnorm=frozen --set model\.weights=net\.pth\n/,
    )
    const command = /npx nearmiss run (.* --set model\.weights=net\.pth)\n/.exec(stdout)![1]!
    const asPrinted = command.split(' ')
    const imported = await nearmiss(folder, 'stage', 'initialize-model', '--out', join(folder, 'start'), ...asPrinted)
    assert.equal(imported.code, 0, imported.stderr)
    assert.match(stdout, /fits +resnet18: 102 of 102 tensors, .*\n.* --set 'model\.embedding=\{size: 32\}' --set/)
    assert.doesNotMatch(stdout, /resnet34|damaged/)

    await rename(path, join(folder, 'resnet18-f37072fd.pth'))
    const renamed = await nearmiss(folder, 'weights', 'resnet18-f37072fd.pth')
    assert.match(renamed.stdout, /damaged\? +its name promises a digest that begins with f37072fd/)
    const json = await nearmiss(folder, 'weights', 'resnet18-f37072fd.pth', '--json')
    assert.equal(JSON.parse(json.stdout).sha256, digest)
  })

  await context.test('is an error for what is no file, and for a file of something else', async () => {
    const none = await nearmiss(folder, 'weights', 'resnet81')
    assert.equal(none.code, 2)
    assert.match(
      none.stderr,
      /resnet81 is no file, and no backbone that weights are published for; did you mean "resnet18"\?/,
    )
    await writeFile(join(folder, 'page.pth'), '<html>')
    const page = await nearmiss(folder, 'weights', 'page.pth')
    assert.equal(page.code, 1)
    assert.match(page.stderr, /it is neither a file of torch\.save nor safetensors/)
  })
})
