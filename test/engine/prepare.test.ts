import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {cp, mkdir, mkdtemp, rm, truncate, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {type TestContext, test} from 'node:test'

const repository = resolve(import.meta.dirname, '../..')

test('A complete set-up passes', async (t) => {
  const place = await openPlace(t)
  assert.equal(await prepare(place), '')
})

test('Missing, foreign and truncated libraries are told before Node dies of them', async (t) => {
  const place = await openPlace(t)
  await rm(place.library)
  assert.match(await prepare(place), /libtensorflow_cc\.so\.2 is missing\nRun `make setup`\./)
  await writeFile(place.library, 'x'.repeat(100))
  assert.match(await prepare(place), /libtensorflow_cc\.so\.2 is not a shared library\n/)
  await cp(place.framework, place.library)
  await truncate(place.library, 2000)
  assert.match(await prepare(place), /libtensorflow_cc\.so\.2 is cut short: 2000 of at least \d+ bytes\n/)
})

test('A missing addon is told with what to do, not with the advice of tfjs, which does not help', async (t) => {
  const place = await openPlace(t)
  await rm(place.addon)
  assert.match(await prepare(place), /addon is not built \(.*tfjs_binding\.node is missing\)\. Run `make setup`\./)
})

test('A number of threads that is none is refused', async (t) => {
  const place = await openPlace(t)
  assert.match(
    await prepare(place, {NEARMISS_THREADS: 'two'}),
    /NEARMISS_THREADS must be a whole number from 1, got "two"\. Unset it for all cores\./,
  )
})

interface Place {
  readonly folder: string
  readonly library: string
  readonly framework: string
  readonly addon: string
}

/** A copy of the engine's preparation beside a package that only looks like TensorFlow's; any shared library will do. */
async function openPlace(t: TestContext): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-prepare-'))
  t.after(() => rm(folder, {recursive: true}))
  const tensorflow = join(folder, 'node_modules/@tensorflow/tfjs-node-gpu')
  const place = {
    folder,
    library: join(tensorflow, 'deps/lib/libtensorflow_cc.so.2'),
    framework: join(tensorflow, 'deps/lib/libtensorflow_framework.so.2'),
    addon: join(tensorflow, 'lib/napi-v8/tfjs_binding.node'),
  }
  for (const name of ['engine/prepare.ts', 'engine/numerics.ts', 'user-error.ts']) {
    await cp(join(repository, 'lib', name), join(folder, 'lib', name))
  }
  await mkdir(join(tensorflow, 'deps/lib'), {recursive: true})
  await mkdir(join(tensorflow, 'lib/napi-v8'), {recursive: true})
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  await writeFile(join(tensorflow, 'package.json'), '{"name": "@tensorflow/tfjs-node-gpu"}')
  const shared = join(repository, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node')
  for (const path of [place.library, place.framework, place.addon]) await cp(shared, path)
  return place
}

/** Runs the preparation in a process of its own; its error output. */
function prepare(place: Place, environment: Record<string, string> = {}): Promise<string> {
  return new Promise((done) => {
    const args = ['--import', 'tsx', join(place.folder, 'lib/engine/prepare.ts')]
    execFile(
      process.execPath,
      args,
      {cwd: repository, env: {...process.env, ...environment}},
      (_error, _stdout, stderr) => done(stderr),
    )
  })
}
