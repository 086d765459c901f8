import assert from 'node:assert/strict'
import {test} from 'node:test'
import {meanOfScales} from '../../lib/model/mean-of-scales.ts'
import {golden} from '../golden.ts'

interface Entry {
  readonly id: string
  readonly params: {readonly msp: number}
  readonly inputs: Readonly<Record<string, number[][]>>
  readonly output: number[][]
}

const {entries} = golden('heads.json') as {entries: Entry[]}
const known = entries.filter(({id}) => id.startsWith('multiscale'))

test('descriptors of several scales become one as cnnimageretrieval has it', () => {
  assert.ok(known.length > 0)
  for (const {params, inputs, output} of known) {
    const parts = Object.values(inputs).map((rows) => Float32Array.from(rows.flat()))
    const mean = meanOfScales(parts, params.msp)
    const dim = output[0]!.length
    for (const [row, expected] of output.entries()) {
      const got = [...mean.subarray(row * dim, (row + 1) * dim)]
      // The originals add a small number to the length.
      const length = Math.hypot(...got) + 1e-6
      for (const [i, value] of got.entries())
        assert.ok(Math.abs(value / length - expected[i]!) < 1e-6, `${row}, ${i}: ${value / length}, not ${expected[i]}`)
    }
  }
})

test('a power of 1 is the mean of any numbers; another one refuses negative ones', () => {
  const parts = [Float32Array.of(-1, 2), Float32Array.of(0.5, 4)]
  assert.deepEqual([...meanOfScales(parts, 1)], [-0.25, 3])
  assert.throws(() => meanOfScales(parts, 3), /power 3 has no meaning for negative numbers, and a descriptor holds -1/)
})
