import assert from 'node:assert/strict'
import {test} from 'node:test'
import {inflateSync} from 'node:zlib'
import fc from 'fast-check'
import {type MatValue, parseMat} from '../../../lib/data/formats/matlab.ts'
import {UserError} from '../../../lib/user-error.ts'
import {carsMat} from './cars-mat.ts'

/** The same variables as -v6 saves them: not compressed. */
function unpacked(file: Buffer): Buffer {
  const parts = [file.subarray(0, 128)]
  for (let at = 128; at < file.length; ) {
    const count = file.readUInt32LE(at + 4)
    parts.push(inflateSync(file.subarray(at + 8, at + 8 + count)))
    at += 8 + count
  }
  return Buffer.concat(parts)
}

const texts = (values: readonly MatValue[]) => values.map((value) => (value.kind === 'text' ? value.text : value))
const numbers = (values: readonly MatValue[]) =>
  values.flatMap((value) => (value.kind === 'numbers' ? value.values : []))

for (const [how, file] of [
  ['compressed', carsMat],
  ['plain', unpacked(carsMat)],
] as const) {
  test(`structs, cells, texts and numbers of a ${how} file that SciPy wrote are read`, () => {
    const variables = parseMat(file)
    assert.deepEqual([...variables.keys()], ['annotations', 'class_names', 'scale', 'flag'])
    const annotations = variables.get('annotations')
    assert.ok(annotations?.kind === 'structs')
    assert.deepEqual(
      [...annotations.fields.keys()],
      ['relative_im_path', 'bbox_x1', 'bbox_y1', 'bbox_x2', 'bbox_y2', 'class', 'test'],
    )
    assert.deepEqual(
      texts(annotations.fields.get('relative_im_path')!),
      [1, 2, 3, 4, 5, 6].map((number) => `car_ims/00000${number}.jpg`),
    )
    assert.deepEqual(numbers(annotations.fields.get('bbox_x2')!), [300, 300, 300, 300, 300, 300])
    assert.deepEqual(numbers(annotations.fields.get('class')!), [1, 1, 2, 2, 3, 3])
    const names = variables.get('class_names')
    assert.ok(names?.kind === 'cells')
    assert.deepEqual(texts(names.cells), ['AM General Hummer SUV 2000', 'Škoda Octavia 2007', 'smart fortwo 2012'])
    assert.deepEqual(variables.get('scale'), {kind: 'numbers', dims: [2, 2], values: [1.5, 3e10, -2, 0]})
    assert.deepEqual(variables.get('flag'), {kind: 'numbers', dims: [1, 1], values: [1]})
  })
}

test('version 7.3 and other files are told apart, with what to do', () => {
  const newer = Buffer.alloc(600)
  newer.write('MATLAB 7.3 MAT-file, Platform: GLNXA64')
  assert.throws(
    () => parseMat(newer),
    /^UserError: is a MATLAB file of version 7\.3, which is not read\. Save it in MATLAB with -v7/,
  )
  assert.throws(
    () => parseMat(Buffer.from('<html>404</html>')),
    /is no MATLAB file of level 5 \(it begins with "<html>404/,
  )
})

test('a file that is cut off or changed anywhere is read or refused, nothing else', () => {
  const files = [carsMat, unpacked(carsMat)]
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.nat(2500),
      fc.nat(2500),
      fc.integer({min: 0, max: 255}),
      (file, cut, place, byte) => {
        const copy = Buffer.from(cut < file.length && cut % 3 === 0 ? file.subarray(0, cut) : file)
        if (place < copy.length) copy[place] = byte
        try {
          parseMat(copy)
        } catch (error) {
          assert.ok(error instanceof UserError, String(error))
        }
      },
    ),
    {numRuns: 2000},
  )
})
