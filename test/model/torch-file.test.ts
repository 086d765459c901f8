import assert from 'node:assert/strict'
import {test} from 'node:test'
import {temporaryFile} from './fixtures.ts'
import {readTorchFile, rejects} from './read-torch-file.ts'
import {dict, floats, global, int, opcode, pickle, tensor, text, torchZip, tuple} from './torch-bytes.ts'

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
  assert.deepEqual(await readTorchFile(path), {
    a: {shape: [2, 3], data: [1, 2, 3, 4, 5, 6]},
    b: {shape: [], data: [7n]},
  })
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
  assert.deepEqual(await readTorchFile(temporaryFile(t, 'weights.pth', torchZip(root, numbers))), {
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
  assert.deepEqual(await readTorchFile(path), {a: {shape: [6], data: [1, 2, 3, 4, 5, 6]}})
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
  assert.deepEqual(await readTorchFile(temporaryFile(t, 'weights.pth', torchZip(root, numbers))), {
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
  assert.deepEqual(await readTorchFile(temporaryFile(t, 'checkpoint.pth.tar', torchZip(root, numbers))), {
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
  assert.deepEqual(await readTorchFile(temporaryFile(t, 'old.pth', whole)), {
    'optimizer.moment': {shape: [1], data: [9]},
    'state_dict.a': {shape: [2], data: [3, 4]},
  })
  await rejects(t, whole.subarray(0, whole.length - 1), /it is cut short/)
  await rejects(t, whole.subarray(0, 40), /its pickle is cut short/)
  await rejects(t, pickle(int(1)), /it is a pickle, but not of torch\.save/)
})
