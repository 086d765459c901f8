import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {test} from 'node:test'
import fc from 'fast-check'
import {openTorchFile} from '../../lib/model/torch-file.ts'
import {readTorchPickle} from '../../lib/model/torch-pickle.ts'
import {UserError} from '../../lib/user-error.ts'
import {temporaryFile, temporaryFolder} from './fixtures.ts'
import {rejects} from './read-torch-file.ts'
import {dict, floats, global, int, opcode, pickle, tensor, text, torchZip, tuple, zip} from './torch-bytes.ts'

const matrix = pickle(dict([['a', tensor({key: '0', count: 6, shape: [2, 3]})]]))
const numbers = {0: floats(1, 2, 3, 4, 5, 6)}

// What a pickle can do in Python: each of these would run code or open files there.
const hostile: [string, (marker: string) => Buffer, RegExp][] = [
  [
    'os.system called with GLOBAL and REDUCE',
    (marker) => pickle(global('os', 'system'), tuple(text(`touch ${marker}`)), opcode.reduce),
    /its pickle asks for os\.system, which tensors do not need; nothing of it was run/,
  ],
  [
    'posix.system asked for on the stack',
    (marker) => pickle(text('posix'), text('system'), Buffer.of(0x93), tuple(text(`touch ${marker}`)), opcode.reduce),
    /asks for posix\.system/,
  ],
  ['eval', () => pickle(global('builtins', 'eval'), tuple(text('1 + 1')), opcode.reduce), /asks for builtins\.eval/],
  [
    'a getattr on torch',
    () => pickle(global('torch', 'load'), tuple(text('x')), opcode.reduce),
    /asks for torch\.load/,
  ],
  [
    "JavaScript's own names",
    () => pickle(global('constructor', 'constructor'), opcode.emptyTuple, opcode.reduce),
    /asks for constructor\.constructor/,
  ],
  [
    'a name of Object',
    () => pickle(global('torch', 'toString'), opcode.emptyTuple, opcode.reduce),
    /asks for torch\.toString/,
  ],
  [
    'a module of a whole model',
    () => pickle(global('torchvision.models.resnet', 'ResNet')),
    /asks for torchvision\.models\.resnet\.ResNet/,
  ],
  ['INST', () => pickle(opcode.mark, text('ls'), Buffer.from('ios\nsystem\n')), /opcode 0x69 at/],
  ['OBJ', () => pickle(opcode.mark, text('ls'), Buffer.from('o')), /opcode 0x6f at/],
  [
    'NEWOBJ of a class',
    () => pickle(global('subprocess', 'Popen'), tuple(text('ls')), Buffer.of(0x81)),
    /asks for subprocess\.Popen/,
  ],
  [
    'a function taken out of what is read past',
    (marker) => pickle(global('builtins', 'getattr'), tuple(global('os', 'path'), text(marker)), opcode.reduce),
    /asks for os\.path/,
  ],
  ['an extension code', () => pickle(Buffer.of(0x82, 1)), /opcode 0x82 at/],
  [
    'a storage type called as a function',
    () => pickle(global('torch', 'FloatStorage'), opcode.emptyTuple, opcode.reduce),
    /calls what cannot be called/,
  ],
  [
    'text called as a function',
    () => pickle(text('os.system'), opcode.emptyTuple, opcode.reduce),
    /calls what cannot be called/,
  ],
  [
    'attributes set on a tensor',
    () => pickle(tensor({key: '0', count: 1, shape: [1]}), opcode.emptyDict, opcode.build),
    /sets attributes of what is no dict/,
  ],
  [
    'a persistent id that is no storage',
    () => pickle(text('/etc/passwd'), opcode.persistent),
    /refers to a storage in an unknown way/,
  ],
]

for (const [what, build, message] of hostile) {
  test(`a pickle with ${what} is refused by name and nothing is run`, async (t) => {
    const marker = temporaryFolder(t)('marker')
    await rejects(t, torchZip(build(marker), numbers), message)
    assert.ok(!existsSync(marker))
  })
}

const malformed: [string, Buffer, RegExp][] = [
  ['an empty stack', pickle(opcode.reduce), /takes a value from an empty stack/],
  ['a stack emptied below its mark', pickle(int(1), opcode.mark, opcode.reduce), /takes a value from an empty stack/],
  ['a tuple without a mark', pickle(opcode.tuple), /closes a tuple, list or dict that it did not open/],
  ['a memo that was never kept', pickle(Buffer.from('h\x05')), /recalls value 5, which it did not keep/],
  [
    'items set on a number',
    pickle(int(1), opcode.mark, text('a'), int(2), opcode.setItems),
    /sets items of what is no dict/,
  ],
  [
    'a key without a value',
    pickle(opcode.emptyDict, opcode.mark, text('a'), opcode.setItems),
    /sets items of what is no dict/,
  ],
  ['an item appended to a dict', pickle(opcode.emptyDict, int(1), opcode.append), /appends to what is no list/],
  ['no end', matrix.subarray(0, -1), /its pickle is cut short/],
  ['text longer than the pickle', pickle(Buffer.from('X\xff\xff\xff\x7fab', 'latin1')), /its pickle is cut short/],
  ['no tensors', pickle(dict([['epoch', int(3)]])), /it holds no tensors by name/],
  ['a bare tensor', pickle(tensor({key: '0', count: 6, shape: [6]})), /it holds no tensors by name/],
  [
    'a tensor beyond its storage',
    pickle(dict([['a', tensor({key: '0', count: 6, shape: [7]})]])),
    /\[7\] reaches to number 6 of a storage of 6/,
  ],
  [
    'strides beyond its storage',
    pickle(dict([['a', tensor({key: '0', count: 6, shape: [2], strides: [6]})]])),
    /reaches to number 6 of a storage of 6/,
  ],
  [
    'a negative offset',
    pickle(dict([['a', tensor({key: '0', count: 6, shape: [1], offset: -1})]])),
    /makes a tensor from what is no storage/,
  ],
  [
    'negative strides',
    pickle(dict([['a', tensor({key: '0', count: 6, shape: [2], strides: [-1], offset: 5})]])),
    /makes a tensor from what is no storage/,
  ],
]

for (const [what, root, message] of malformed) {
  test(`a pickle with ${what} is refused with the reason`, (t) => rejects(t, torchZip(root, numbers), message))
}

const archives: [string, Buffer, RegExp][] = [
  [
    'cut short',
    torchZip(matrix, numbers).subarray(0, -30),
    /cannot be imported: .*end of central directory.*[^.]\. Give a file/i,
  ],
  ['without a pickle', zip([['readme.txt', Buffer.from('hello')]]), /it is a zip file, but not of torch\.save/],
  ['without a storage', torchZip(matrix, {}), /its part model\/data\/0 is missing/],
  ['with a storage that is too short', torchZip(matrix, {0: floats(1)}), /storage 0 is cut short/],
  [
    'with a storage that is too long',
    torchZip(matrix, {0: floats(1, 2, 3, 4, 5, 6, 7)}),
    /has 28 bytes instead of at most 24/,
  ],
  ['with compressed parts', zip([['model/data.pkl', matrix]], 8), /is compressed, which torch\.save does not do/],
  [
    'of a big-endian machine',
    zip([
      ['model/data.pkl', matrix],
      ['model/byteorder', Buffer.from('big')],
    ]),
    /its numbers are in big-endian order/,
  ],
  [
    'whose storage lies outside its folder',
    torchZip(pickle(dict([['a', tensor({key: '../../x', count: 1, shape: [1]})]])), {}),
    /\.\.\/\.\.\/x is missing/,
  ],
]

for (const [what, bytes, message] of archives) {
  test(`an archive ${what} is refused with the reason`, (t) => rejects(t, bytes, message))
}

test('an archive whose numbers were damaged is refused by its checksum', async (t) => {
  const bytes = torchZip(matrix, numbers)
  const at = bytes.indexOf(floats(4, 5))
  bytes[at] = bytes[at]! ^ 1
  await rejects(t, bytes, /its part model\/data\/0 is damaged \(wrong checksum\)/)
})

test('any bytes in place of a pickle give a value or a RangeError, never another error', () => {
  const damage = fc.array(fc.tuple(fc.nat(matrix.length - 1), fc.integer({min: 0, max: 255})), {
    minLength: 1,
    maxLength: 6,
  })
  const property = fc.property(fc.oneof(damage, fc.uint8Array({maxLength: 60})), (change) => {
    const bytes = change instanceof Uint8Array ? Buffer.from(change) : Buffer.from(matrix)
    if (!(change instanceof Uint8Array)) for (const [position, value] of change) bytes[position] = value
    try {
      readTorchPickle(bytes, 0)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  })
  fc.assert(property, {numRuns: 3000, seed: 1})
})

test('what is refused is a UserError that names the file and says what to give instead', async (t) => {
  const path = temporaryFile(t, 'evil.pth', torchZip(pickle(global('os', 'system')), {}))
  await assert.rejects(openTorchFile(path), (error) => {
    assert.ok(error instanceof UserError)
    assert.equal(
      error.message,
      `${path} cannot be imported: its pickle asks for os.system, which tensors do not need; nothing of it was run. ` +
        'Give a file that torch.save(model.state_dict(), file) wrote.',
    )
    return true
  })
})
