import assert from 'node:assert/strict'
import {test} from 'node:test'
import {fromHost, read} from '../../../lib/engine/op.ts'
import {classToken, embedTokens, patchMap} from '../../../lib/engine/ops/tokens.ts'
import {Parameter} from '../../../lib/engine/parameter.ts'
import {Value} from '../../../lib/engine/tape.ts'
import {checkGradients, numbers} from './gradients.ts'

const plain = {antialias: false, offset: 0}

test('Class token, registers and patches stand in a row, each patch with the position that it has in an upright picture', () => {
  const weights = {
    classToken: new Parameter('class', Float32Array.of(100), [1, 1, 1]),
    positions: new Parameter('positions', Float32Array.of(1, 10, 20, 30, 40), [1, 5, 1]),
    registers: new Parameter('registers', Float32Array.of(7, 8), [1, 2, 1]),
    resampling: plain,
  }
  // the upright map is [[1, 2], [3, 4]]
  const map = new Value(fromHost(Float32Array.of(4, 3, 2, 1), [1, 2, 2, 1]))
  const tokens = embedTokens(map.hold(), weights)
  assert.deepEqual([...read(tokens.raw)], [101, 7, 8, 44, 33, 22, 11])
  assert.deepEqual([...read(classToken(tokens.hold()).raw)], [101])
  assert.deepEqual([...read(patchMap(tokens, map, 3).raw)], [44, 33, 22, 11])
})

test('Gradients of the map, the class token, positions on another grid and registers agree with finite differences', () => {
  for (const antialias of [false, true]) {
    checkGradients({
      inputs: [numbers(1, [2, 3, 5, 4])],
      parameters: [numbers(2, [1, 1, 4]), numbers(3, [1, 17, 4]), numbers(4, [1, 2, 4])],
      apply: ([map], [classToken, positions, registers], tape) => {
        const weights = {
          classToken: classToken!,
          positions: positions!,
          registers: registers!,
          resampling: {antialias, offset: 0.1},
        }
        return embedTokens(map!, weights, tape)
      },
    })
  }
})

test('Gradients of the class token and of the patches as maps agree with finite differences', () => {
  const tokens = numbers(1, [2, 8, 3])
  checkGradients({inputs: [tokens], parameters: [], apply: ([x], _, tape) => classToken(x!, tape)})
  const like = () => new Value(fromHost(new Float32Array(2 * 6), [2, 3, 2, 1]))
  checkGradients({inputs: [tokens], parameters: [], apply: ([x], _, tape) => patchMap(x!, like(), 2, tape)})
})
