import type {StateDict} from '../../../engine/state-dict.ts'

/**
 * The pickle (protocol 2) of an OrderedDict of tensors as torch.save writes it: the numbers of tensor i are storage "i". It asks
 * for nothing but what `torch.load(weights_only=True)` allows. https://docs.python.org/3/library/pickletools.html
 */
export function pickleStateDict(tensors: StateDict): Buffer {
  const items = [...tensors].flatMap(([name, {dtype, shape, data}], i) => [
    text(name),
    call(
      global('torch._utils', '_rebuild_tensor_v2'),
      reference(String(i), storageTypes[dtype], data.length),
      whole(0),
      tuple(shape.map(whole)),
      tuple(strides(shape).map(whole)),
      requiresNoGradient,
      emptyDict,
    ),
  ])
  return Buffer.concat([protocol, emptyDict, mark, ...items, setItems, stop])
}

const storageTypes = {F32: 'FloatStorage', I64: 'LongStorage'} as const

const [mark, setItems, stop] = [letter('('), letter('u'), letter('.')]
const protocol = Buffer.of(0x80, 2)
const requiresNoGradient = Buffer.of(0x89)
const emptyDict = call(global('collections', 'OrderedDict'))

/** BINPERSID of ('storage', type, key, device, count). */
function reference(key: string, type: string, count: number): Buffer {
  const id = tuple([text('storage'), global('torch', type), text(key), text('cpu'), whole(count)])
  return Buffer.concat([id, letter('Q')])
}

function letter(code: string): Buffer {
  return Buffer.from(code)
}

function global(module: string, name: string): Buffer {
  return Buffer.from(`c${module}\n${name}\n`)
}

function call(callable: Buffer, ...args: readonly Buffer[]): Buffer {
  return Buffer.concat([callable, tuple(args), letter('R')])
}

function tuple(items: readonly Buffer[]): Buffer {
  return items.length === 0 ? letter(')') : Buffer.concat([letter('('), ...items, letter('t')])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(5, 'X')
  length.writeUInt32LE(bytes.length, 1)
  return Buffer.concat([length, bytes])
}

function whole(value: number): Buffer {
  const bytes = Buffer.alloc(5, 'J')
  bytes.writeInt32LE(value, 1)
  return bytes
}

function strides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1))
}
