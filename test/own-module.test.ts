import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, test} from 'node:test'
import {readOwnDataSet} from '../lib/data/own-data-set.ts'
import {loadBackbone} from '../lib/model/backbones/backbone.ts'
import {traceNetwork} from '../lib/model/graph.ts'
import {openPart} from '../lib/objectives/open-part.ts'
import type {OwnModule} from '../lib/own-module.ts'
import {UserError} from '../lib/user-error.ts'
import {tinySpec} from './model/fixtures.ts'

const files: Readonly<Record<string, string>> = {
  'pipeline.yaml': '',
  'package.json': '{"type": "module"}',
  'empty.ts': 'export const other = 3',
  'throws.ts': "import 'node:fs'\n\nthrow new Error('not today')",
  'channels.ts': 'export const build = () => ({channels: 7, trunk: () => ({raw: {shape: [2, 4, 4, 5]}})})',
  'five.ts': "export const open = () => ({compares: 'batch', weights: [], start: () => ({terms: 5, gradient() {}})})",
  'terms.ts':
    "export const open = () => ({compares: 'batch', weights: [], start: () => ({terms: [{each() {}}], gradient() {}})})",
  'shapeless.ts': 'export const build = () => ({channels: 3})\nexport const open = () => undefined',
  'unused.ts': "export const build = () => undefined\nexport const unused = 'fc'",
  'nothing.ts': 'export const read = async () => undefined',
  'nonsense.ts':
    "export const read = async () => ({id: [0, 0], path: ['../x', 'b'], label: [0, -1], classNames: new Map([[0, 'a']]), official: ['train']})",
}

const folder = mkdtempSync(join(tmpdir(), 'nearmiss-own-'))
after(() => rmSync(folder, {recursive: true}))
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
mkdirSync(join(folder, 'below'))
// Files are looked for from the project's folder, wherever in it a command is.
process.chdir(join(folder, 'below'))

const loss = (path: OwnModule) => {
  const objective = {loss: path, reducer: {name: 'mean'}, regularizers: []} as const
  return openPart({objective, weight: 1, prefix: 'loss.'}, {} as never)
}

const batch = {labels: Int32Array.of(0, 0, 1), group: Int32Array.of(0, 0, 1), stepSeed: 1} as never

const cases: [string, () => Promise<unknown>, RegExp][] = [
  [
    'that is not there',
    () => loadBackbone({backbone: './none.ts'}),
    /model\.backbone is \.\/none\.ts, and .* has no such file/,
  ],
  [
    'that throws',
    () => loss('./throws.ts'),
    /objective\.loss is .*, which cannot be loaded: Error: not today \(line 3\)\. See docs\/extending\.md#a-loss\./,
  ],
  [
    'with another export',
    () => loadBackbone({backbone: './empty.ts'}),
    /which must export a function build; it exports other \(number\)\. See docs\/extending\.md#a-backbone\./,
  ],
  [
    'whose unused is no pattern',
    () => loadBackbone({backbone: './unused.ts'}),
    /whose export unused must be a regular/,
  ],
  [
    'without a trunk',
    () => traceNetwork({...tinySpec, backbone: './shapeless.ts'}),
    /whose build must return \{trunk, channels\}/,
  ],
  ['whose loss is none', () => loss('./shapeless.ts'), /whose open must return \{compares, weights, start\}/],
  [
    'whose maps have other channels than it says',
    async () => (await loadBackbone({backbone: './channels.ts'})).build(tinySpec, {} as never).trunk({}),
    /channels\.ts, whose trunk makes maps of shape \[2,4,4,5\], where channels says 7\./,
  ],
  [
    'whose terms are no list',
    async () => (await loss('./five.ts')).evaluate({} as never, batch),
    /five\.ts, whose terms must be a list of Terms, as tripletTerms makes them\. See docs\/extending\.md#a-loss/,
  ],
  [
    'whose terms lack a part',
    async () => (await loss('./terms.ts')).evaluate({} as never, batch),
    /terms\.ts, whose terms must each be \{counts, each, backward\}/,
  ],
  [
    'that reads nothing',
    () => readOwnDataSet('./nothing.ts', folder, {}),
    /id must be a list; path must be a list; .* classNames must be/,
  ],
  [
    'that reads nonsense',
    () => readOwnDataSet('./nonsense.ts', folder, {}),
    /official has 1 entries, id has 2; id has a number twice; label 1 is -1, not a whole number from 0; path 0 is "\.\.\/x", not a path inside data\.root; label 1 is -1, not in classNames\. See docs\/extending\.md#a-reader\./,
  ],
]

for (const [what, load, message] of cases) {
  test(`a user's file ${what} is refused with what is wanted`, async () => {
    await assert.rejects(load(), (error) => {
      assert.ok(error instanceof UserError)
      assert.match(error.message, message)
      return true
    })
  })
}
