import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {test} from 'node:test'

const project = resolve(import.meta.dirname, '../..')

interface Package {
  readonly version?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const {packages} = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Package>
}
const {allowScripts} = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  allowScripts: Record<string, boolean>
}

test('The lock file holds the optional packages of every platform: without them npm ci refuses it', () => {
  const missing = Object.entries(packages).flatMap(([path, {optionalDependencies = {}}]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  )
  assert.deepEqual(missing, [])
})

test('Every package that has an install script is denied it, for npm 11 by name and for npm 10 by .npmrc', () => {
  const names = Object.entries(packages)
    .filter(([, {hasInstallScript}]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
  assert.ok(names.includes('@tensorflow/tfjs-node-gpu'))
  for (const name of names) assert.equal(allowScripts[name], false, name)
  assert.match(readFileSync(join(project, '.npmrc'), 'utf8'), /^ignore-scripts=true$/m)
})

test('The lock file names no registry', () => {
  assert.doesNotMatch(readFileSync(join(project, 'package-lock.json'), 'utf8'), /"resolved"/)
})
