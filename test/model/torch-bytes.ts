import {crc32} from 'node:zlib'

// Pickles and zip files by hand, so that the suite needs no Python and can hold what no Python would write.

/** Opcodes of pickle protocol 2 as bytes: `pickle(text('a'), int(1), opcode.tuple2)`. */
export const opcode = {
  mark: Buffer.from('('),
  stop: Buffer.from('.'),
  reduce: Buffer.from('R'),
  build: Buffer.from('b'),
  tuple: Buffer.from('t'),
  tuple2: Buffer.of(0x86),
  emptyTuple: Buffer.from(')'),
  emptyDict: Buffer.from('}'),
  emptyList: Buffer.from(']'),
  setItems: Buffer.from('u'),
  append: Buffer.from('a'),
  persistent: Buffer.from('Q'),
  none: Buffer.from('N'),
  true: Buffer.of(0x88),
  false: Buffer.of(0x89),
}

export function pickle(...parts: Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(0x80, 2), ...parts, opcode.stop])
}

export function global(module: string, name: string): Buffer {
  return Buffer.from(`c${module}\n${name}\n`)
}

export function text(value: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(Buffer.byteLength(value))
  return Buffer.concat([Buffer.from('X'), length, Buffer.from(value)])
}

export function int(value: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.write('J')
  bytes.writeInt32LE(value, 1)
  return bytes
}

export function tuple(...items: Buffer[]): Buffer {
  return Buffer.concat([opcode.mark, ...items, opcode.tuple])
}

export function dict(entries: readonly (readonly [string, Buffer])[]): Buffer {
  return Buffer.concat([
    opcode.emptyDict,
    opcode.mark,
    ...entries.flatMap(([key, value]) => [text(key), value]),
    opcode.setItems,
  ])
}

export interface TensorPart {
  readonly key: string
  /** Numbers in the storage. */
  readonly count: number
  readonly shape: readonly number[]
  readonly type?: string
  readonly offset?: number
  readonly strides?: readonly number[]
  /** Further parts of the persistent id: None in the old format. */
  readonly view?: Buffer
}

/** A tensor as torch pickles it: _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks). */
export function tensor({
  key,
  count,
  shape,
  type = 'FloatStorage',
  offset = 0,
  strides = rowMajor(shape),
  view,
}: TensorPart): Buffer {
  const id = tuple(
    text('storage'),
    global('torch', type),
    text(key),
    text('cpu'),
    int(count),
    ...(view === undefined ? [] : [view]),
  )
  const hooks = Buffer.concat([global('collections', 'OrderedDict'), opcode.emptyTuple, opcode.reduce])
  return Buffer.concat([
    global('torch._utils', '_rebuild_tensor_v2'),
    tuple(
      Buffer.concat([id, opcode.persistent]),
      int(offset),
      tuple(...shape.map(int)),
      tuple(...strides.map(int)),
      opcode.false,
      hooks,
    ),
    opcode.reduce,
  ])
}

function rowMajor(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1))
}

export function floats(...values: number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer)
}

/** A file of torch.save: a zip file of uncompressed parts in a folder. */
export function torchZip(
  root: Buffer,
  storages: Readonly<Record<string, Buffer>>,
  extra: Readonly<Record<string, Buffer>> = {},
): Buffer {
  const data = Object.entries(storages).map(([key, bytes]) => [`model/data/${key}`, bytes] as const)
  return zip([['model/data.pkl', root], ['model/byteorder', Buffer.from('little')], ...data, ...Object.entries(extra)])
}

/** A zip file; `method` 8 claims that the parts are compressed. */
export function zip(parts: readonly (readonly [string, Buffer])[], method = 0): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let position = 0
  for (const [name, bytes] of parts) {
    const header = Buffer.alloc(26)
    header.writeUInt16LE(20, 0)
    header.writeUInt16LE(method, 4)
    header.writeUInt32LE(crc32(bytes), 10)
    header.writeUInt32LE(bytes.length, 14)
    header.writeUInt32LE(bytes.length, 18)
    header.writeUInt16LE(Buffer.byteLength(name), 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(position, 10)
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), header, place, Buffer.from(name))
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), header, Buffer.from(name), bytes])
    locals.push(local)
    position += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(position, 16)
  return Buffer.concat([...locals, directory, end])
}
