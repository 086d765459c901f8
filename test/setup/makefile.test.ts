import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {after, beforeEach, test} from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'make file-'))
after(() => rmSync(folder, {recursive: true}))
const library = 'node_modules/@tensorflow/tfjs-node-gpu/deps/lib/libtensorflow_cc.so.2'
const sizes = 'node_modules/.nearmiss-setup.sizes'

/** A project whose set-up is done, with a command that prints its arguments and a set-up script that leaves a mark. */
beforeEach(() => {
  rmSync(folder, {recursive: true})
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), {recursive: true})
    writeFileSync(join(folder, path), content)
  }
  for (const path of ['package.json', 'package-lock.json']) write(path, '{}')
  write('setup/setup.ts', "require('node:fs').writeFileSync('set-up-ran', process.env.TENSORFLOW)")
  write('setup/demo-data.ts', "require('node:fs').writeFileSync('drawn', '')")
  write(
    'lib/cli/nearmiss.mjs',
    'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = Number(process.env.CODE)',
  )
  write('cache/tensorflow-cpu-1.0/lib/libtensorflow_cc.so.2', 'library')
  mkdirSync(join(folder, dirname(dirname(dirname(library)))), {recursive: true})
  symlinkSync(join(folder, 'cache/tensorflow-cpu-1.0'), join(folder, dirname(dirname(library))))
  symlinkSync(resolve(import.meta.dirname, '../../node_modules/tsx'), join(folder, 'node_modules/tsx'))
  write('node_modules/.package-lock.json', '{}')
  write(sizes, `7 ${library}\n`)
  write('data/emoji/LICENCES.txt', '')
  copyFileSync(resolve(import.meta.dirname, '../../Makefile'), join(folder, 'Makefile'))
})

function make(
  targets: string[],
  environment: Record<string, string> = {},
): {status: number | null; stdout: string; stderr: string} {
  const {MAKEFLAGS: _, MAKELEVEL: __, TENSORFLOW: ___, FORCE: ____, ...inherited} = process.env
  return spawnSync('make', targets, {
    cwd: folder,
    env: {...inherited, HOME: '/home/me', ...environment},
    encoding: 'utf8',
  })
}

const ran = () => existsSync(join(folder, 'set-up-ran'))

test('Without a target make lists its targets', () => {
  assert.match(make([]).stdout, /^ {2}make epoch +the next epoch/m)
})

test('A set-up that is done starts nothing', () => {
  const {status, stdout, stderr} = make(['setup'])
  assert.deepEqual([status, stdout, stderr, ran()], [0, '', '', false])
})

test('A library that vanished or was cut short since is noticed by its size', () => {
  const cutShort = () => truncateSync(join(folder, library), 3)
  const vanished = () => rmSync(join(folder, 'cache'), {recursive: true})
  for (const damage of [cutShort, vanished]) {
    damage()
    make(['setup'])
    assert.equal(ran(), true)
    rmSync(join(folder, 'set-up-ran'))
  }
})

test('A newer lock file or set-up script, another build of TensorFlow and FORCE=1 each run the set-up again', () => {
  const [now, later] = [new Date(), new Date(Date.now() + 60_000)]
  const date = (time: Date) => utimesSync(join(folder, 'setup/setup.ts'), time, time)
  const reasons: [() => void, Record<string, string>][] = [
    [() => date(later), {}],
    [() => date(now), {TENSORFLOW: 'gpu'}],
    [() => date(now), {FORCE: '1'}],
  ]
  for (const [change, environment] of reasons) {
    change()
    make(['setup'], environment)
    assert.equal(ran(), true, JSON.stringify(environment))
    rmSync(join(folder, 'set-up-ran'))
  }
})

test('The demo pictures are drawn when they are absent, and only then', () => {
  make(['setup'])
  assert.equal(existsSync(join(folder, 'drawn')), false)
  rmSync(join(folder, 'data'), {recursive: true})
  make(['setup'])
  assert.equal(existsSync(join(folder, 'drawn')), true)
})

test('Variables become arguments: spaces and quotes in a path stay, ~ is the home folder, SET is a list', () => {
  const variables = [
    'RUN=my run',
    'PRESET=lab-cub',
    "DATA=~/bird's photos",
    'WEIGHTS=/w/r 18.pth',
    'SET=objective.margin=0.2 metrics=[a,b]',
  ]
  const configuration = [
    '--run',
    'my run',
    '--preset',
    'lab-cub',
    '--set',
    "data.root=/home/me/bird's photos",
    '--set',
    'model.weights=/w/r 18.pth',
    '--set',
    'objective.margin=0.2',
    '--set',
    'metrics=[a,b]',
  ]
  assert.deepEqual(JSON.parse(make(['epoch', ...variables]).stdout), ['epoch', ...configuration])
  assert.deepEqual(JSON.parse(make(['train', 'EPOCHS=3', ...variables]).stdout), [
    'run',
    ...configuration,
    '--epochs',
    '3',
  ])
  assert.deepEqual(JSON.parse(make(['plan']).stdout), ['plan'])
  assert.deepEqual(JSON.parse(make(['status', 'RUN=demo']).stdout), ['status', '--run', 'demo'])
})

test('Make fails when the command fails, and says the command’s exit code', () => {
  const {status, stderr} = make(['epoch'], {CODE: '85'})
  assert.equal(status, 2)
  assert.match(stderr, /Error 85/)
})

test('A plan that found work is no error of make, a plan that failed is', () => {
  assert.deepEqual([make(['plan'], {CODE: '3'}).status, make(['plan'], {CODE: '3'}).stderr], [0, ''])
  assert.equal(make(['plan'], {CODE: '2'}).status, 2)
})
