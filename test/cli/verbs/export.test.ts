import assert from 'node:assert/strict'
import {mkdir, readdir, readFile, rename, stat, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {openSafetensors} from '../../../lib/model/safetensors.ts'
import {tinyProject} from '../../stages/tiny-project.ts'
import {nearmiss} from '../rig.ts'

test('exporting the model of a run', async (context) => {
  const {folder, set} = await tinyProject(context)
  const run = await nearmiss(folder, 'run', '--epochs', '0', ...set)
  assert.equal(run.code, 0, run.stderr)

  await context.test('writes the best epoch under torchvision names, saying where it came from', async () => {
    const {code, stdout, stderr} = await nearmiss(folder, 'export', '--to', 'pytorch')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^demo-epoch0\.safetensors {2}.* epoch 0 of run demo\n$/)
    const file = await openSafetensors(join(folder, 'demo-epoch0.safetensors'))
    assert.ok(file.tensors.has('layer4.1.conv2.weight'))
    assert.equal(file.metadata['nearmiss.dim'], '64')
    const {run, epoch, key} = JSON.parse(file.metadata['nearmiss.origin']!)
    assert.deepEqual([run, epoch], ['demo', 0])
    assert.match(key, /^[0-9a-f]{64}$/)
    await file.close()
  })

  await context.test('what exists is replaced only by force', async () => {
    const out = join(folder, 'net.onnx')
    await writeFile(out, 'mine')
    const refused = await nearmiss(folder, 'export', 'demo@last', '--to', 'onnx', '--out', 'net.onnx')
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /net\.onnx exists\. Give another --out, or --force\./)
    assert.equal(await readFile(out, 'utf8'), 'mine')
    const forced = await nearmiss(folder, 'export', 'demo@last', '--to', 'onnx', '--out', 'net.onnx', '--force')
    assert.equal(forced.code, 0, forced.stderr)
    assert.ok((await stat(out)).size > 100_000)
  })

  await context.test(
    "the name of the file says which of PyTorch's formats; TensorFlow.js gets a folder, replaced by force",
    async () => {
      const torch = await nearmiss(folder, 'export', '--to', 'pytorch', '--out', 'net.pth')
      assert.equal(torch.code, 0, torch.stderr)
      assert.equal(await readFile(join(folder, 'net.pth'), 'latin1').then((bytes) => bytes.slice(0, 2)), 'PK')
      for (const force of [[], ['--force']]) {
        const {code, stdout, stderr} = await nearmiss(folder, 'export', '--to', 'tfjs', ...force)
        assert.equal(code, 0, stderr)
        assert.match(stdout, /^demo-epoch0\.tfjs {2}.*[kM]B/)
      }
      assert.deepEqual((await readdir(join(folder, 'demo-epoch0.tfjs'))).sort(), ['group1-shard1of1.bin', 'model.json'])
      const refused = await nearmiss(folder, 'export', '--to', 'tfjs')
      assert.match(refused.stderr, /demo-epoch0\.tfjs exists\. Give another --out, or --force\./)
    },
  )

  await context.test('a file that was exported can be exported again, and what is no model cannot', async () => {
    const again = await nearmiss(folder, 'export', 'demo-epoch0.safetensors', '--to', 'onnx', '--out', 'again.onnx')
    assert.equal(again.code, 0, again.stderr)
    await writeFile(join(folder, 'broken.safetensors'), 'no model')
    const broken = await nearmiss(folder, 'export', 'broken.safetensors', '--to', 'onnx')
    assert.equal(broken.code, 1)
    assert.match(broken.stderr, /broken\.safetensors is no readable safetensors file/)
  })

  await context.test('wrong commands say what there is, and leave nothing behind', async () => {
    await mkdir(join(folder, 'taken.onnx'))
    await mkdir(join(folder, 'mine.tfjs'))
    await writeFile(join(folder, 'theirs.pth'), 'weights')
    const cases: [string[], RegExp][] = [
      [['demo@7', '--to', 'onnx'], /Run demo has no model of epoch 7\. It has 0\./],
      [['other', '--to', 'onnx'], /There is no run "other"\..*demo/],
      [['demo@first', '--to', 'onnx'], /"demo@first" is no epoch of a run\. Examples: demo, demo@3/],
      [['away.safetensors', '--to', 'onnx'], /There is no file "away\.safetensors"\./],
      [
        ['theirs.pth', '--to', 'onnx'],
        /"theirs\.pth" is no model .* \.safetensors\..*--set model\.weights=theirs\.pth/,
      ],
      [['a/b.txt', '--to', 'onnx'], /"a\/b\.txt" is no model of this project/],
      [['demo', '--to', 'onnx', '--out', 'net.pth'], /net\.pth: a file for onnx is called \*\.onnx\./],
      [['demo', '--to', 'onnx', '--out', 'no/where/net.onnx'], /There is no folder .*no\/where\. Make it first/],
      [['demo', '--to', 'onnx', '--out', 'taken.onnx', '--force'], /taken\.onnx is a folder\. Name a file in it\./],
      [
        ['demo', '--to', 'pytorch', '--out', 'n.ckpt'],
        /a file for pytorch is called \*\.safetensors or \*\.pth or \*\.pt\./,
      ],
      [['demo', '--to', 'tfjs', '--out', 'net'], /net: a folder for tfjs is called \*\.tfjs\./],
      [['demo', '--to', 'tfjs', '--out', 'mine.tfjs', '--force'], /mine\.tfjs exists and is no exported model\./],
      [['demo', '--to', 'caffe'], /Allowed choices are pytorch, onnx, tfjs\./],
    ]
    const before = await readdir(folder)
    const ended = await Promise.all(cases.map(([args]) => nearmiss(folder, 'export', ...args)))
    for (const [i, [args, text]] of cases.entries()) {
      assert.equal(ended[i]!.code, 2, `${args}: ${ended[i]!.stderr}`)
      assert.match(ended[i]!.stderr, text)
    }
    assert.deepEqual(await readdir(folder), before)
  })

  await context.test('a model that a keep rule let go is named, with the command that computes it again', async () => {
    const refs = JSON.parse(await readFile(join(folder, 'artifacts/runs/demo/refs.json'), 'utf8'))
    const key: string = refs['initialize-model']
    const file = join(folder, 'artifacts/store', key.slice(0, 2), key, 'model.safetensors')
    await rename(file, `${file}.dropped`)
    const {code, stderr} = await nearmiss(folder, 'export', 'demo@0', '--to', 'onnx')
    assert.equal(code, 2)
    assert.match(stderr, /The model of epoch 0 of run demo was let go by a keep rule/)
    assert.match(stderr, /npx nearmiss stage initialize-model --run demo --out FOLDER\n/)
  })
})
