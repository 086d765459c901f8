import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, test} from 'node:test'
import {cacheFolder, inspectStage, stageTensorflow} from '../../setup/stage.ts'
import {fakePip, makeWheel, toyDistribution, toyFiles} from './wheels.ts'

const folder = mkdtempSync(join(tmpdir(), 'stage-'))
after(() => rmSync(folder, {recursive: true}))
const wheel = makeWheel(folder, toyFiles)
const toy = toyDistribution(wheel)
const servesWheel = `cp '${wheel}' "$folder/"`

function openCache(name: string): {cache: string; said: string[]; say: (sentence: string) => void} {
  const said: string[] = []
  return {cache: join(folder, name), said, say: (sentence) => said.push(sentence)}
}

test('An empty cache gets libraries, headers, linker names and a manifest; a second call downloads nothing', async () => {
  const pip = fakePip(folder, servesWheel)
  const {cache, say} = openCache('fresh')
  const manifest = await stageTensorflow(toy, cache, say)
  const staged = join(cache, toy.folder)
  assert.equal(readFileSync(join(staged, 'lib/libtensorflow.so'), 'utf8'), 'the big library')
  assert.equal(readlinkSync(join(staged, 'lib/libtensorflow_framework.so')), 'libtensorflow_framework.so.2')
  assert.deepEqual(readdirSync(staged).sort(), ['include', 'lib', 'manifest.json'])
  assert.deepEqual(await stageTensorflow(toy, cache, say), manifest)
  assert.equal(pip.downloads(), 1)
})

test('A truncated, changed or missing file is noticed, said and staged again', async () => {
  const pip = fakePip(folder, servesWheel)
  const {cache, said, say} = openCache('damaged')
  await stageTensorflow(toy, cache, say)
  const library = join(cache, toy.folder, 'lib/libtensorflow_cc.so.2')
  const damages: [() => void, RegExp][] = [
    [() => truncateSync(library, 3), /is damaged: lib\/libtensorflow_cc\.so\.2 has 3 of 15 bytes\. It is staged again/],
    [
      () => writeFileSync(library, 'the bad library'),
      /is damaged: the content of lib\/libtensorflow_cc\.so\.2 has changed/,
    ],
    [() => rmSync(library), /is damaged: lib\/libtensorflow_cc\.so\.2 is missing/],
    [
      () => writeFileSync(join(cache, toy.folder, 'manifest.json'), '{"wheels": {}'),
      /is damaged: manifest\.json cannot be read/,
    ],
  ]
  for (const [damage, sentence] of damages) {
    said.length = 0
    damage()
    await stageTensorflow(toy, cache, say)
    assert.match(said[0] ?? '', sentence)
    assert.equal(readFileSync(library, 'utf8'), 'the big library')
  }
  assert.equal(pip.downloads(), 1 + damages.length)
})

test('Another version of the wheel under the same name does not pass for the pinned one', async () => {
  fakePip(folder, servesWheel)
  const {cache, say} = openCache('other')
  await stageTensorflow(toy, cache, say)
  const next = {...toy, wheels: [{...toy.wheels[0]!, requirement: 'tensorflow-toy==1.1'}]}
  assert.deepEqual(await inspectStage(join(cache, toy.folder), next), {
    fault: 'it was not made from tensorflow-toy==1.1',
  })
})

test('Two set-ups at once download once, and both end with the whole library', async () => {
  // The download lasts until the other set-up has said that it waits, however slow the machine is.
  const heard = join(folder, 'heard')
  const pip = fakePip(folder, `for i in {1..600}; do [[ -e '${heard}' ]] && break; sleep 0.05; done; ${servesWheel}`)
  const {cache, said, say} = openCache('shared')
  const sayAloud = (sentence: string) => {
    say(sentence)
    if (sentence.includes('waiting')) writeFileSync(heard, '')
  }
  const [first, second] = await Promise.all([
    stageTensorflow(toy, cache, sayAloud),
    stageTensorflow(toy, cache, sayAloud),
  ])
  assert.deepEqual(first, second)
  assert.equal(pip.downloads(), 1)
  assert.ok(said.some((sentence) => /another set-up is filling .*: waiting/.test(sentence)))
})

test('What a killed set-up left behind is removed, and a failed one leaves nothing', async () => {
  fakePip(folder, 'echo "ERROR: Could not find a version (connection refused)" >&2; exit 1')
  const {cache, say} = openCache('left')
  mkdirSync(join(cache, `${toy.folder}.staging-1`, 'lib'), {recursive: true})
  await assert.rejects(stageTensorflow(toy, cache, say), {name: 'UserError', message: /pip could not download/})
  assert.deepEqual(readdirSync(cache), ['.lock'])
})

test('A wheel that is not the pinned one is refused with both hashes, and nothing is staged', async () => {
  fakePip(folder, `echo junk > "$folder/tensorflow_toy-1.0-py3-none-any.whl"`)
  const {cache, say} = openCache('junk')
  const message = new RegExp(`not the pinned one: .* has sha256 [0-9a-f]{64}, expected ${toy.wheels[0]!.sha256}`)
  await assert.rejects(stageTensorflow(toy, cache, say), {name: 'UserError', message})
  assert.equal(existsSync(join(cache, toy.folder)), false)
})

test('A cache folder that cannot be made is named, with the variable that moves it', async () => {
  // A file in the way stops root too, whom modes do not stop.
  writeFileSync(join(folder, 'file'), '')
  const {cache, say} = openCache('file/nearmiss')
  const message = /The cache folder .*file\/nearmiss cannot be written .* set XDG_CACHE_HOME/
  await assert.rejects(stageTensorflow(toy, cache, say), {name: 'UserError', message})
})

test('The cache is where XDG says, and in ~/.cache when it says nothing or a relative path', () => {
  assert.equal(cacheFolder({XDG_CACHE_HOME: '/big', HOME: '/home/a'}), '/big/nearmiss')
  assert.equal(cacheFolder({HOME: '/home/a'}), '/home/a/.cache/nearmiss')
  assert.equal(cacheFolder({XDG_CACHE_HOME: 'big', HOME: '/home/a'}), '/home/a/.cache/nearmiss')
})
