import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join, resolve} from 'node:path'
import {after, test} from 'node:test'

const project = resolve(import.meta.dirname, '../..')
const root = mkdtempSync(join(tmpdir(), 'setup-'))
after(() => rmSync(root, {recursive: true}))

// A clone of its own, so that a set-up which should fail but does not leaves the real node_modules alone.
for (const folder of ['setup', 'lib', 'package.json'])
  cpSync(join(project, folder), join(root, folder), {recursive: true})
mkdirSync(join(root, 'node_modules'))
for (const name of readdirSync(join(project, 'node_modules'))) {
  if (!name.startsWith('.') && name !== '@tensorflow')
    symlinkSync(join(project, 'node_modules', name), join(root, 'node_modules', name))
}

/** Runs the set-up with nothing on PATH but what is named, and these lines of shell as further commands. */
function setUp(options: {tools?: string[]; fakes?: Record<string, string>; environment?: Record<string, string>}): {
  status: number | null
  stderr: string
} {
  const bin = mkdtempSync(join(root, 'bin-'))
  for (const tool of ['bash', 'sh', 'cat', 'flock', ...(options.tools ?? [])])
    symlinkSync(findTool(tool), join(bin, tool))
  for (const [name, line] of Object.entries(options.fakes ?? {})) {
    writeFileSync(join(bin, name), `#!${join(bin, 'bash')}\n${line}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const loader = join(project, 'node_modules/tsx/dist/loader.mjs')
  const env = {PATH: bin, HOME: root, XDG_CACHE_HOME: join(root, 'cache'), ...options.environment}
  return spawnSync(process.execPath, ['--import', loader, join(root, 'setup/setup.ts')], {env, encoding: 'utf8'})
}

function findTool(name: string): string {
  const folder = process.env.PATH!.split(delimiter).find((entry) => existsSync(join(entry, name)))
  return join(folder!, name)
}

const works = 'exit 0'

test('Every missing tool is listed at once, each with what it is for and the package that brings it', () => {
  const {status, stderr} = setUp({})
  assert.equal(status, 1)
  assert.match(stderr, /^set-up failed\.\n/)
  for (const [tool, debian] of [
    ['pip', 'python3-pip'],
    ['python3', 'python3'],
    ['make', 'make'],
    ['a C\\+\\+ compiler', 'g\\+\\+'],
  ]) {
    assert.match(stderr, new RegExp(`^- ${tool} is missing: .* \\(Debian, Ubuntu: apt install ${debian}\\)\\.$`, 'm'))
  }
})

test('A python without pip is told apart from no python', () => {
  const {status, stderr} = setUp({
    fakes: {python3: 'echo "/usr/bin/python3: No module named pip" >&2; [[ $1 != -m ]]', make: works, 'g++': works},
  })
  assert.equal(status, 1)
  assert.match(
    stderr,
    /^- pip is missing: `python3 -m pip --version` says ".*No module named pip"\. It downloads TensorFlow/m,
  )
  assert.doesNotMatch(stderr, /python3 is missing|make is missing|compiler is missing/)
})

test('CXX names the compiler that has to answer', () => {
  const {stderr} = setUp({fakes: {python3: works, make: works, 'g++': works}, environment: {CXX: 'my-clang'}})
  assert.match(stderr, /^- a C\+\+ compiler is missing: `my-clang --version` says/m)
})

test('Without a network pip’s own words are shown, and nothing is left in the cache', () => {
  const fails =
    'if [[ "$*" == *download* ]]; then echo "ERROR: Could not find a version: connection refused" >&2; exit 1; fi'
  const {status, stderr} = setUp({fakes: {python3: fails, make: works, 'g++': works}})
  assert.equal(status, 1)
  assert.match(
    stderr,
    /pip could not download tensorflow-cpu==2\.19\.1:\n {2}ERROR: .*connection refused\nIs the network up\?/,
  )
  assert.deepEqual(readdirSync(join(root, 'cache/nearmiss')), ['.lock'])
})

test('A cache folder that cannot be written is an error sentence, not a stack', () => {
  writeFileSync(join(root, 'file'), '')
  const {status, stderr} = setUp({
    fakes: {python3: works, make: works, 'g++': works},
    environment: {XDG_CACHE_HOME: join(root, 'file')},
  })
  assert.equal(status, 1)
  assert.match(stderr, /^set-up failed\.\nThe cache folder .*file\/nearmiss cannot be written/)
  assert.doesNotMatch(stderr, /\n {4}at /)
})

test('A build of TensorFlow that does not exist is refused with the two that do', () => {
  const {status, stderr} = setUp({environment: {TENSORFLOW: 'tpu'}})
  assert.equal(status, 1)
  assert.match(stderr, /TENSORFLOW must be cpu or gpu, got "tpu"/)
})
