import assert from 'node:assert/strict'
import {appendFile, mkdir, readdir, readFile, rename, symlink, writeFile} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {type TestContext, test} from 'node:test'
import {openSafetensors} from '../../lib/model/safetensors.ts'
import {nearmiss} from '../cli/rig.ts'
import {tinyProject} from './tiny-project.ts'

const repository = resolve(import.meta.dirname, '../..')

test('the examples of docs/extending.md train, and what changes in them is computed again', async (context) => {
  const {folder, set} = await ownProject(context)
  const run = await nearmiss(folder, 'run', '--epochs', '1', ...set)
  assert.equal(run.code, 0, run.stderr + run.stdout)

  await context.test('with the backbone, its parameters and weights that the file describes', async () => {
    const exported = await nearmiss(folder, 'export', '--to', 'pytorch', '--out', 'net.safetensors')
    assert.equal(exported.code, 0, exported.stderr)
    const {tensors, metadata, close} = await openSafetensors(join(folder, 'net.safetensors'))
    assert.ok(tensors.has('stage2.conv.weight') && !tensors.has('stage3.conv.weight'))
    assert.equal(metadata['nearmiss.dim'], '32')
    const {backbone, own} = JSON.parse(metadata['nearmiss.spec']!)
    assert.deepEqual({backbone, own}, {backbone: './my-backbone.ts', own: {depth: 3}})
    await close()
    const again = await nearmiss(folder, 'export', 'net.safetensors', '--to', 'onnx')
    assert.equal(again.code, 0, again.stderr)
  })

  await context.test('from a folder below, too', async () => {
    await mkdir(join(folder, 'notes'))
    const {code, stdout, stderr} = await nearmiss(join(folder, 'notes'), 'plan', '--epochs', '1', ...set)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /nothing to do|0 to compute|up to date/i)
  })

  await context.test(
    'a comment changes nothing, a number only what follows from it, told by the name of the file',
    async () => {
      const loss = join(folder, 'my-loss.ts')
      await appendFile(loss, '\n// a remark\n')
      const same = await nearmiss(folder, 'plan', '--epochs', '1', ...set)
      assert.match(same.stdout, /nothing to do|0 to compute|up to date/i)
      await writeFile(loss, (await readFile(loss, 'utf8')).replace('?? 10', '?? 12'))
      const other = await nearmiss(folder, 'plan', '--epochs', '1', ...set)
      assert.match(other.stdout, /train-epoch\s+run[^%]*?code \.\/my-loss\.ts changed/)
      assert.doesNotMatch(other.stdout, /extract-train\s+run/)
    },
  )
})

test('a file that is not there or cannot be parsed is told of before anything runs', async (context) => {
  const {folder, set} = await ownProject(context)
  await writeFile(join(folder, 'syntax.ts'), 'export const open = (')
  const cases: [string, RegExp][] = [
    ['model.backbone=./none.ts', /has no file \.\/none\.ts, which the configuration names/],
    ['model.backbone=./my-backbone.py', /model\.backbone must be .* or a file of your own like \.\/mine\.ts/],
    ['model.backbone=resnet18', /model\.own belongs to a backbone of your own, not to resnet18/],
    ['objective.loss=./syntax.ts', /syntax\.ts:1:\d+: /],
  ]
  for (const [change, message] of cases) {
    const {code, stdout, stderr} = await nearmiss(folder, 'plan', '--epochs', '1', ...set, '--set', change)
    assert.notEqual(code, 0, change)
    assert.match((stderr + stdout).replaceAll(/\s+/g, ' '), message)
  }
})

/** The tiny project with the files of the page, its pictures in one folder, and `lib` where the page's imports look for it. */
async function ownProject(context: TestContext) {
  const page = await readFile(join(repository, 'docs/extending.md'), 'utf8')
  const {folder, set} = await tinyProject(context)
  await symlink(join(repository, 'lib'), join(folder, 'lib'))
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  for (const [, name, code] of page.matchAll(/```ts\n\/\/ (my-\w+\.ts)\n(.*?)```/gs))
    await writeFile(join(folder, name!), code!)
  const pictures = join(folder, 'pictures')
  for (const label of await readdir(pictures)) {
    for (const name of await readdir(join(pictures, label)))
      await rename(join(pictures, label, name), join(pictures, `${label}_${name}`))
  }
  const own = [
    'data.format=./my-reader.ts',
    'data.own={separator: _}',
    'model.backbone=./my-backbone.ts',
    'model.own={depth: 3}',
    'objective={loss: ./my-loss.ts}',
  ]
  return {folder, set: [...set, ...own.flatMap((one) => ['--set', one])]}
}
