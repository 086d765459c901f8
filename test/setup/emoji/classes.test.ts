import assert from 'node:assert/strict'
import {test} from 'node:test'
import {findClasses, isLeftOut} from '../../../setup/emoji/classes.ts'
import {describeLicences} from '../../../setup/emoji/licences.ts'
import {loadSets} from '../../../setup/emoji/sets.ts'

const sets = loadSets()
const classes = findClasses(sets)
const classOf = new Map(classes.map((found) => [found.folder, found]))

test('The pinned packages give 1,018 classes and 5,560 pictures, each class drawn by four to six vendors', () => {
  const count = (vendor: string) => classes.filter(({drawings}) => drawings.has(vendor)).length
  assert.equal(classes.length, 1018)
  assert.deepEqual(Object.fromEntries(sets.map(({vendor}) => [vendor, count(vendor)])), {
    noto: 1018,
    'noto-v1': 1015,
    twemoji: 1018,
    'fluent-emoji-flat': 1012,
    fxemoji: 483,
    emojione: 1014,
  })
  const bySize = [4, 5, 6].map((size) => classes.filter(({drawings}) => drawings.size === size).length)
  assert.deepEqual(bySize, [9, 530, 479])
})

test('Sorting the folders by name sorts the classes by code point', () => {
  const codes = classes.map(({folder}) => Number.parseInt(folder, 16))
  assert.deepEqual(
    classes.map(({folder}) => folder),
    classes.map(({folder}) => folder).sort(),
  )
  assert.deepEqual(
    codes,
    [...new Set(codes)].sort((a, b) => a - b),
  )
  for (const {folder} of classes) assert.match(folder, /^[0-9a-f]{5}-[a-z0-9-]+$/)
})

test('Every drawing that a class names exists in its vendor’s set', () => {
  for (const {vendor, icons} of sets) {
    const missing = classes
      .map(({drawings}) => drawings.get(vendor))
      .filter((name) => name !== undefined && icons.icons[name] === undefined)
    assert.deepEqual(missing, [], vendor)
  }
})

test('Vendors that call an emoji differently are matched through code points, aliases and names without hyphens', () => {
  const bullseye = classOf.get('1f3af-bullseye')?.drawings
  assert.deepEqual(Object.fromEntries(bullseye ?? []), {
    noto: 'bullseye',
    'noto-v1': 'direct-hit',
    twemoji: 'bullseye',
    'fluent-emoji-flat': 'bullseye',
    fxemoji: 'directhit',
    emojione: 'direct-hit',
  })
  assert.equal(classOf.get('1f3c1-chequered-flag')?.drawings.get('emojione'), 'flag-for-chequered-flag')
})

test('A drawing’s own name goes before its synonyms', () => {
  assert.equal(classOf.get('1f471-person-blond-hair')?.drawings.get('noto-v1'), 'person-blond-hair')
})

test('A flipped drawing is no synonym: fluent’s hand that points right is a mirrored left one and is left out', () => {
  assert.equal(classOf.get('1f449-backhand-index-pointing-right')?.drawings.has('fluent-emoji-flat'), false)
})

test('Letters, squared words, clock faces, skin tones, copyright signs and whatever takes several code points are left out', () => {
  const leftOut = ['©', '®', '™', 'Ⓜ', '㊗', '㊙', '🅰', '🆗', '🇦', '🈚', '🏿', '🔟', '🔤', '🕐', '🕧']
  const kept = ['🔞', '🔥', '🕯', '🏺', 'ℹ', '🃏']
  for (const emoji of leftOut) assert.equal(isLeftOut(emoji.codePointAt(0)!), true, emoji)
  for (const emoji of kept) assert.equal(isLeftOut(emoji.codePointAt(0)!), false, emoji)
  assert.equal(
    [...classOf.keys()].some((folder) => /skin-tone|oclock|letter-/.test(folder)),
    false,
  )
})

test('The licences name each set with author, licence, address and version', () => {
  const text = describeLicences(sets)
  for (const {vendor, info, version} of sets) {
    assert.match(
      text,
      new RegExp(
        `^${vendor}\\.png\\n  "${info.name.replace(/[()]/g, '\\$&')}" by ${info.author.name}, https://.*\\n  licence (Apache-2\\.0|CC-BY-4\\.0|MIT), https://.*\\n  drawn from @iconify-json/${vendor} ${version}$`,
        'm',
      ),
    )
  }
  assert.doesNotMatch(text, /undefined|-SA/)
})
