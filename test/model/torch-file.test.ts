import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {type TestContext, test} from 'node:test'
import fc from 'fast-check'
import {loadTensor} from '../../lib/model/tensor-source.ts'
import {openTorchFile} from '../../lib/model/torch-file.ts'
import {readTorchPickle} from '../../lib/model/torch-pickle.ts'
import {UserError} from '../../lib/user-error.ts'
import {temporaryFile, temporaryFolder} from './fixtures.ts'
import {dict, floats, global, int, opcode, pickle, tensor, text, torchZip, tuple, zip} from './torch-bytes.ts'

async function readAll(path: string): Promise<Record<string, unknown>> {
  const file = await openTorchFile(path)
  try {
    const read = [...file.tensors].map(async ([name, stored]) => {
      const {shape, data} = await loadTensor(stored)
      return [name, {shape, data: [...data]}] as const
    })
    return Object.fromEntries(await Promise.all(read))
  } finally {
    await file.close()
  }
}

async function rejects(t: TestContext, bytes: Buffer, message: RegExp): Promise<void> {
  const path = temporaryFile(t, 'weights.pth', bytes)
  await assert.rejects(readAll(path), (error) => {
    assert.ok(error instanceof Error)
    assert.match(error.message, message)
    return true
  })
}

const matrix = pickle(dict([['a', tensor({key: '0', count: 6, shape: [2, 3]})]]))
const numbers = {0: floats(1, 2, 3, 4, 5, 6)}

test('a dict of tensors is read by name, shape and numbers', async (t) => {
  const root = pickle(
    dict([
      ['a', tensor({key: '0', count: 6, shape: [2, 3]})],
      ['b', tensor({key: '1', count: 1, shape: [], type: 'LongStorage'})],
    ]),
  )
  const path = temporaryFile(
    t,
    'weights.pth',
    torchZip(root, {...numbers, 1: Buffer.from(BigInt64Array.of(7n).buffer)}),
  )
  assert.deepEqual(await readAll(path), {a: {shape: [2, 3], data: [1, 2, 3, 4, 5, 6]}, b: {shape: [], data: [7n]}})
})

test('views with offsets and strides are gathered: a transpose, a column, a repeated row, nothing', async (t) => {
  const view = (shape: number[], strides: number[], offset = 0) => tensor({key: '0', count: 6, shape, strides, offset})
  const root = pickle(
    dict([
      ['transpose', view([3, 2], [1, 3])],
      ['column', view([2], [3], 1)],
      ['repeated', view([2, 3], [0, 1], 3)],
      ['row', view([1, 3], [99, 1], 3)],
      ['nothing', view([0, 3], [3, 1])],
      ['scalar', view([], [], 5)],
    ]),
  )
  assert.deepEqual(await readAll(temporaryFile(t, 'weights.pth', torchZip(root, numbers))), {
    transpose: {shape: [3, 2], data: [1, 4, 2, 5, 3, 6]},
    column: {shape: [2], data: [2, 5]},
    repeated: {shape: [2, 3], data: [4, 5, 6, 4, 5, 6]},
    row: {shape: [1, 3], data: [4, 5, 6]},
    nothing: {shape: [0, 3], data: []},
    scalar: {shape: [], data: [6]},
  })
})

test('parameters, and attributes of an OrderedDict, are read as their tensors', async (t) => {
  const parameter = Buffer.concat([
    global('torch._utils', '_rebuild_parameter'),
    tuple(tensor({key: '0', count: 6, shape: [6]}), opcode.true, opcode.none),
    opcode.reduce,
  ])
  const ordered = Buffer.concat([
    global('collections', 'OrderedDict'),
    opcode.emptyTuple,
    opcode.reduce,
    opcode.mark,
    text('a'),
    parameter,
    opcode.setItems,
    dict([['_metadata', int(1)]]),
    opcode.build,
  ])
  const path = temporaryFile(t, 'weights.pth', torchZip(pickle(ordered), numbers))
  assert.deepEqual(await readAll(path), {a: {shape: [6], data: [1, 2, 3, 4, 5, 6]}})
})

test('tensors in dicts within dicts are found by joined names, beside numbers, lists and text', async (t) => {
  const inner = dict([['a', tensor({key: '0', count: 6, shape: [6]})]])
  const losses = Buffer.concat([opcode.emptyList, int(3), opcode.append])
  const root = pickle(
    dict([
      ['epoch', int(-3)],
      ['losses', losses],
      ['name', text('Ärger')],
      ['state_dict', inner],
    ]),
  )
  assert.deepEqual(await readAll(temporaryFile(t, 'weights.pth', torchZip(root, numbers))), {
    'state_dict.a': {shape: [6], data: [1, 2, 3, 4, 5, 6]},
  })
})

test('what training programs keep beside tensors is read past: arguments, schedules, numbers of numpy', async (t) => {
  const call = (what: Buffer, ...args: Buffer[]) => Buffer.concat([what, tuple(...args), opcode.reduce])
  const bytes = call(global('_codecs', 'encode'), text('\x00'), text('latin1'))
  const arguments_ = Buffer.concat([
    global('argparse', 'Namespace'),
    opcode.emptyTuple,
    Buffer.of(0x81),
    dict([['lr', int(1)]]),
    opcode.build,
  ])
  const annealing = call(
    global('__builtin__', 'getattr'),
    global('torch.optim.lr_scheduler', 'OneCycleLR'),
    text('_cos'),
  )
  const number = call(global('numpy.core.multiarray', 'scalar'), call(global('numpy', 'dtype'), text('f8')), bytes)
  const filled = Buffer.concat([
    call(global('collections', 'defaultdict'), global('__builtin__', 'dict')),
    opcode.mark,
    text('a'),
    tensor({key: '0', count: 6, shape: [6]}),
    opcode.setItems,
  ])
  const root = pickle(
    dict([
      ['opt', arguments_],
      ['scheduler', dict([['anneal_func', annealing]])],
      ['best', number],
      ['state', filled],
    ]),
  )
  assert.deepEqual(await readAll(temporaryFile(t, 'checkpoint.pth.tar', torchZip(root, numbers))), {
    'state.a': {shape: [6], data: [1, 2, 3, 4, 5, 6]},
  })
})

test('a dict that holds another a thousand times over, and so on down, is refused before memory is gone', async (t) => {
  const keep = (slot: number) => Buffer.of(0x71, slot)
  const recall = (slot: number) => Buffer.of(0x68, slot)
  let nested = Buffer.concat([dict([['a', tensor({key: '0', count: 6, shape: [6]})]]), keep(0)])
  for (let depth = 1; depth < 5; depth++) {
    const copies = Array.from({length: 300}, (_, i): [string, Buffer] => [`${i}`, recall(depth - 1)])
    nested = Buffer.concat([nested, Buffer.from('0'), dict(copies), keep(depth)])
  }
  await rejects(t, torchZip(pickle(nested), numbers), /it has more than 1000000 entries/)
})

test('the format from before PyTorch 1.6 is read: pickles, then storages in the order of their keys', async (t) => {
  const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex')
  const machine = pickle(
    dict([
      ['protocol_version', int(1001)],
      ['little_endian', opcode.true],
    ]),
  )
  const root = pickle(
    dict([
      ['optimizer', dict([['moment', tensor({key: '11', count: 1, shape: [1], view: opcode.none})]])],
      ['state_dict', dict([['a', tensor({key: '22', count: 2, shape: [2], view: opcode.none})]])],
    ]),
  )
  const keys = pickle(Buffer.concat([opcode.emptyList, text('11'), opcode.append, text('22'), opcode.append]))
  const count = (value: number) => Buffer.from(BigInt64Array.of(BigInt(value)).buffer)
  const whole = Buffer.concat([
    magic,
    pickle(int(1001)),
    machine,
    root,
    keys,
    count(1),
    floats(9),
    count(2),
    floats(3, 4),
  ])
  assert.deepEqual(await readAll(temporaryFile(t, 'old.pth', whole)), {
    'optimizer.moment': {shape: [1], data: [9]},
    'state_dict.a': {shape: [2], data: [3, 4]},
  })
  await rejects(t, whole.subarray(0, whole.length - 1), /it is cut short/)
  await rejects(t, whole.subarray(0, 40), /its pickle is cut short/)
  await rejects(t, pickle(int(1)), /it is a pickle, but not of torch\.save/)
})

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
  ['cut short', torchZip(matrix, numbers).subarray(0, -30), /cannot be imported: .*end of central directory/i],
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
