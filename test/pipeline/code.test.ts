import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {openCache} from '../../lib/pipeline/cache.ts'
import {codeOf, type ModuleStamp} from '../../lib/pipeline/code.ts'

/** A folder of modules; `write` gives a file a time of its own, so that no edit hides in the same clock tick. */
function openProject(t: TestContext, files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'nearmiss-code-'))
  t.after(() => rmSync(root, {recursive: true, force: true}))
  let tick = 1
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(root, name)), {recursive: true})
    writeFileSync(join(root, name), text)
    utimesSync(join(root, name), tick, tick)
    tick += 1
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  const artifacts = join(root, 'artifacts')
  return {
    write,
    /** As a new process would see it, with the cache of the one before. */
    read: async (...modules: string[]) => {
      const cache = openCache<ModuleStamp>(artifacts, 'code')
      const code = await codeOf(modules, root, cache)
      cache.save()
      return code
    },
  }
}

const project = {
  'stages/train.ts':
    "import {step} from '../lib/step.ts'\nimport type {Plan} from '../lib/plan.ts'\nexport const run = (plan: Plan) => step(plan)\n",
  'lib/step.ts':
    "import {z} from 'zod'\nimport {join} from 'node:path'\nexport const step = (x: unknown) => [z, join, x, import('./later.ts')]\n",
  'lib/plan.ts': 'export interface Plan {steps: number}\n',
  'lib/later.ts': 'export const later = 1\n',
  'lib/loss.ts': 'export const loss = 1\n',
  'node_modules/zod/package.json': '{"name": "zod", "version": "4.6.7"}',
}

test('the code of a stage is what it imports statically, and the versions of packages', async (t) => {
  const {read} = openProject(t, project)
  const code = await read('stages/train.ts')
  assert.deepEqual(Object.keys(code).sort(), ['lib/step.ts', 'npm:zod', 'stages/train.ts'])
  assert.equal(code['npm:zod'], '4.6.7')
})

test('modules that parameters choose join it', async (t) => {
  const {read} = openProject(t, project)
  assert.ok('lib/loss.ts' in (await read('stages/train.ts', 'lib/loss.ts')))
})

test('comments, white space and types do not count; anything else does', async (t) => {
  const {read, write} = openProject(t, project)
  const before = await read('stages/train.ts')
  write('lib/step.ts', `/*! licence */ // why\n${project['lib/step.ts'].replace('(x: unknown)', '( x :string )')}\n\n`)
  assert.deepEqual(await read('stages/train.ts'), before)
  write('lib/step.ts', project['lib/step.ts'].replace('z, join, x', 'z, x, join'))
  const after = await read('stages/train.ts')
  assert.notEqual(after['lib/step.ts'], before['lib/step.ts'])
  assert.equal(after['stages/train.ts'], before['stages/train.ts'])
})

test('what is imported dynamically or only as a type may change', async (t) => {
  const {read, write} = openProject(t, project)
  const before = await read('stages/train.ts')
  write('lib/later.ts', 'export const later = 2\n')
  write('lib/plan.ts', 'export interface Plan {steps: string}\n')
  write('lib/unrelated.ts', 'export const a = 1\n')
  assert.deepEqual(await read('stages/train.ts'), before)
})

test('a module that is started as a worker counts like an import', async (t) => {
  const {read, write} = openProject(t, {
    'stages/a.ts':
      "import {Worker} from 'node:worker_threads'\nexport const w = new Worker(new URL('../lib/worker.ts', import.meta.url))\n",
    'lib/worker.ts': "import './decode.ts'\n",
    'lib/decode.ts': 'console.log(1)\n',
  })
  const before = await read('stages/a.ts')
  assert.deepEqual(Object.keys(before).sort(), ['lib/decode.ts', 'lib/worker.ts', 'stages/a.ts'])
  write('lib/decode.ts', 'console.log(2)\n')
  assert.notDeepEqual(await read('stages/a.ts'), before)
})

test('a package that is not installed and a module that is not there are said', async (t) => {
  const {read} = openProject(t, {'a.ts': "import 'nowhere-to-be-found'\n", 'b.ts': "import './c.ts'\n"})
  await assert.rejects(read('a.ts'), {
    name: 'UserError',
    message: 'package nowhere-to-be-found is not installed, but a stage imports it. Run: make setup',
  })
  await assert.rejects(read('b.ts'), {
    name: 'UserError',
    message: 'the code of a stage cannot be read:\nb.ts:1:8: Could not resolve "./c.ts"',
  })
})
