import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {ConfigError} from '../../lib/pipeline/config-error.ts'
import {listPresets, openPreset} from '../../lib/pipeline/preset.ts'

/** A folder with these presets; the path of its pipeline.yaml, which is not read. */
function withPresets(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-preset-'))
  t.after(() => rmSync(folder, {recursive: true, force: true}))
  mkdirSync(join(folder, 'presets'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'presets', `${name}.yaml`), text)
  return join(folder, 'pipeline.yaml')
}

function problem(file: string, name: string): string {
  try {
    openPreset(file, name)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.message
  }
  return ''
}

test('a preset that extends another takes its sections whole, and knows which file each is from', (t) => {
  const file = withPresets(t, {
    base: 'params:\n  seed: 1\n  model: {width: 8, pool: mac}\n  epochs: 2\n',
    middle: 'extends: base\nparams:\n  model: {width: 16}\n',
    top: 'about: {title: Top, source: me}\nextends: middle\nparams:\n  seed: 3\n',
  })
  const {about, bases, source} = openPreset(file, 'top')
  assert.deepEqual(source.value, {params: {seed: 3, model: {width: 16}, epochs: 2}})
  assert.deepEqual(bases, ['middle', 'base'])
  assert.deepEqual(about, {title: 'Top', source: 'me', notes: []})
  assert.equal(source.where(['params', 'seed']), 'presets/top.yaml:4:9')
  assert.equal(source.where(['params', 'model', 'width']), 'presets/middle.yaml:3:18')
  assert.equal(source.whereKey(['params', 'epochs']), 'presets/base.yaml:4:3')
  assert.equal(openPreset(file, 'base').about, undefined)
  assert.deepEqual(listPresets(file), ['base', 'middle', 'top'])
})

test('presets that extend themselves, or nothing that is there, are refused where they say so', (t) => {
  const file = withPresets(t, {
    one: 'extends: two\nparams: {}\n',
    two: 'extends: one\nparams: {}\n',
    self: 'extends: self\nparams: {}\n',
    lost: 'params: {}\nextends: lots\n',
    out: 'params: {}\nextends: ../pipeline\n',
  })
  assert.equal(problem(file, 'one'), 'presets/two.yaml:1:10: goes in a circle: one extends two extends one')
  assert.equal(problem(file, 'self'), 'presets/self.yaml:1:10: goes in a circle: self extends self')
  assert.equal(problem(file, 'lost'), 'presets/lost.yaml:2:10: there is no presets/lots.yaml; did you mean "lost"?')
  assert.match(
    problem(file, 'out'),
    /^presets\/out\.yaml:2:10: there is no presets\/\.\.\/pipeline\.yaml; npx nearmiss presets/,
  )
})

test('sections that are no mapping and an about with misspelt or wrong entries are refused', (t) => {
  const file = withPresets(t, {
    list: 'params: [1]\n',
    about: 'about: {titel: x, source: y, published: {recall_at_1: high}}\nparams: {}\n',
  })
  assert.match(problem(file, 'list'), /^presets\/list\.yaml:1:9: params must be a mapping, got/)
  assert.deepEqual(
    problem(file, 'about')
      .split('\n')
      .map((line) => line.replace(/ \(.*/, ''))
      .sort(),
    [
      'presets/about.yaml:1:55: about.published.recall_at_1 must be a number, got "high"',
      'presets/about.yaml:1:8: about.title is missing: it must be a text',
      'presets/about.yaml:1:9: about.titel is not known; did you mean "title"?',
    ],
  )
})
