/**
 * What a pickle of tensors is made of. A dict is a Map, lists and tuples are arrays; everything else that Python could build
 * is an object that the caller's `world` made, or refused to make.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | object

const inert = new WeakSet<object>()

/** Stands for a class or object of no interest: calling it, filling it and setting its attributes does nothing. */
export function makeInert(): object {
  const object = {}
  inert.add(object)
  return object
}

/** What a pickle may reach: nothing in it is ever executed. A function that it gives is what REDUCE may call, with a list of arguments. */
export interface PickleWorld {
  /** Looks up `module.name`; must throw for everything that is not known to be harmless, and may answer with `makeInert()`. */
  global(name: string): PickleValue
  /** Resolves a persistent id, which is how torch refers to a storage. */
  persistent(id: PickleValue): PickleValue
}

/**
 * Reads the pickle that begins at a position, by the opcodes that tensors, dicts, lists and plain values need (protocols 2 to 5);
 * any other opcode throws RangeError. Work and memory are bounded by the bytes. https://docs.python.org/3/library/pickletools.html
 */
export function unpickle(bytes: Buffer, start: number, world: PickleWorld): {value: PickleValue; end: number} {
  const machine: Machine = {bytes, position: start, stack: [], marks: [], memo: new Map(), world}
  for (;;) {
    const at = machine.position
    const opcode = take(machine, 1).readUInt8()
    if (opcode === stop) return {value: pop(machine), end: machine.position}
    const run = opcodes.get(opcode)
    if (run === undefined)
      throw new RangeError(`its pickle has opcode 0x${opcode.toString(16)} at ${at}, which tensors do not need`)
    run(machine)
  }
}

interface Machine {
  readonly bytes: Buffer
  position: number
  readonly stack: PickleValue[]
  readonly marks: number[]
  readonly memo: Map<number, PickleValue>
  readonly world: PickleWorld
}

const stop = code('.')

const opcodes: ReadonlyMap<number, (machine: Machine) => void> = new Map([
  [0x80, (m) => void take(m, 1)], // PROTO
  [0x95, (m) => void take(m, 8)], // FRAME: only a hint for buffered reading
  [code('('), (m) => void m.marks.push(m.stack.length)],
  [code('0'), (m) => void pop(m)],
  [code('1'), (m) => void popMark(m)],
  // Values
  [code('N'), (m) => push(m, null)],
  [0x88, (m) => push(m, true)],
  [0x89, (m) => push(m, false)],
  [code('K'), (m) => push(m, take(m, 1).readUInt8())],
  [code('M'), (m) => push(m, take(m, 2).readUInt16LE())],
  [code('J'), (m) => push(m, take(m, 4).readInt32LE())],
  [code('G'), (m) => push(m, take(m, 8).readDoubleBE())],
  [0x8a, (m) => push(m, longFrom(take(m, take(m, 1).readUInt8())))],
  [code('X'), (m) => push(m, take(m, take(m, 4).readUInt32LE()).toString('utf8'))],
  [0x8c, (m) => push(m, take(m, take(m, 1).readUInt8()).toString('utf8'))],
  [code('B'), (m) => push(m, take(m, take(m, 4).readUInt32LE()))],
  [code('C'), (m) => push(m, take(m, take(m, 1).readUInt8()))],
  // Strings of Python 2
  [code('U'), (m) => push(m, take(m, take(m, 1).readUInt8()).toString('latin1'))],
  [code('T'), (m) => push(m, take(m, take(m, 4).readUInt32LE()).toString('latin1'))],
  // Collections
  [code(')'), (m) => push(m, [])],
  [0x85, (m) => push(m, [pop(m)])],
  [0x86, (m) => push(m, [pop(m), pop(m)].reverse())],
  [0x87, (m) => push(m, [pop(m), pop(m), pop(m)].reverse())],
  [code('t'), (m) => push(m, popMark(m))],
  [code(']'), (m) => push(m, [])],
  [code('a'), (m) => extend(m, [pop(m)])],
  [code('e'), (m) => extend(m, popMark(m))],
  [code('}'), (m) => push(m, new Map())],
  // Sets, whose items nobody asks for
  [0x8f, (m) => push(m, makeInert())],
  [0x90, (m) => extend(m, popMark(m))],
  [0x91, (m) => pushInstead(m, popMark(m))],
  [code('s'), (m) => assign(m, [pop(m), pop(m)].reverse())],
  [code('u'), (m) => assign(m, popMark(m))],
  // Memo
  [code('q'), (m) => m.memo.set(take(m, 1).readUInt8(), top(m))],
  [code('r'), (m) => m.memo.set(take(m, 4).readUInt32LE(), top(m))],
  [0x94, (m) => m.memo.set(m.memo.size, top(m))],
  [code('h'), (m) => push(m, recall(m, take(m, 1).readUInt8()))],
  [code('j'), (m) => push(m, recall(m, take(m, 4).readUInt32LE()))],
  // What could reach code: only the world decides
  [code('c'), (m) => push(m, m.world.global(`${line(m)}.${line(m)}`))],
  [0x93, (m) => stackGlobal(m)],
  [code('R'), (m) => reduce(m)],
  [0x81, (m) => reduce(m)], // NEWOBJ: a class called with arguments
  [code('b'), (m) => build(m)],
  [code('Q'), (m) => push(m, m.world.persistent(pop(m)))],
])

function code(letter: string): number {
  return letter.charCodeAt(0)
}

function take(machine: Machine, length: number): Buffer {
  const begin = machine.position
  machine.position += length
  if (machine.position > machine.bytes.length) throw new RangeError('its pickle is cut short')
  return machine.bytes.subarray(begin, machine.position)
}

function line(machine: Machine): string {
  const end = machine.bytes.indexOf('\n', machine.position)
  if (end < 0) throw new RangeError('its pickle is cut short')
  return take(machine, end + 1 - machine.position)
    .toString('utf8')
    .slice(0, -1)
}

function push(machine: Machine, value: PickleValue): void {
  machine.stack.push(value)
}

/** Nobody asks for the items of a set. */
function pushInstead(machine: Machine, _items: PickleValue[]): void {
  push(machine, makeInert())
}

/** Never below the last mark, as Python's own reader. */
function pop(machine: Machine): PickleValue {
  const value = top(machine)
  machine.stack.pop()
  return value
}

function top({stack, marks}: Machine): PickleValue {
  if (stack.length <= (marks.at(-1) ?? 0)) throw new RangeError('its pickle takes a value from an empty stack')
  return stack.at(-1)!
}

function popMark({stack, marks}: Machine): PickleValue[] {
  const begin = marks.pop()
  if (begin === undefined) throw new RangeError('its pickle closes a tuple, list or dict that it did not open')
  return stack.splice(begin)
}

function recall({memo}: Machine, index: number): PickleValue {
  const value = memo.get(index)
  if (value === undefined) throw new RangeError(`its pickle recalls value ${index}, which it did not keep`)
  return value
}

function extend(machine: Machine, values: PickleValue[]): void {
  const list = top(machine)
  if (isInert(list)) return
  if (!Array.isArray(list)) throw new RangeError('its pickle appends to what is no list')
  for (const value of values) list.push(value)
}

function assign(machine: Machine, pairs: PickleValue[]): void {
  const dict = top(machine)
  if (isInert(dict)) return
  if (!(dict instanceof Map) || pairs.length % 2 !== 0) throw new RangeError('its pickle sets items of what is no dict')
  for (let index = 0; index < pairs.length; index += 2) dict.set(pairs[index]!, pairs[index + 1]!)
}

function stackGlobal(machine: Machine): void {
  const name = pop(machine)
  const module = pop(machine)
  if (typeof name !== 'string' || typeof module !== 'string')
    throw new RangeError('its pickle asks for something without a name')
  push(machine, machine.world.global(`${module}.${name}`))
}

function reduce(machine: Machine): void {
  const args = pop(machine)
  const callable = pop(machine)
  if (isInert(callable)) {
    push(machine, makeInert())
    return
  }
  if (typeof callable !== 'function' || !Array.isArray(args))
    throw new RangeError('its pickle calls what cannot be called')
  push(machine, (callable as (args: PickleValue[]) => PickleValue)(args))
}

/** Attributes of a dict (torch keeps `_metadata` there) and of inert objects are left out; nothing else may have any. */
function build(machine: Machine): void {
  pop(machine)
  const object = top(machine)
  if (!(object instanceof Map) && !isInert(object))
    throw new RangeError('its pickle sets attributes of what is no dict')
}

function isInert(value: PickleValue): boolean {
  return typeof value === 'object' && value !== null && inert.has(value)
}

function longFrom(bytes: Buffer): number | bigint {
  const unsigned = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  const value = BigInt.asIntN(Math.max(8, 8 * bytes.length), unsigned)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}
