import {makeInert, type PickleValue, unpickle} from './pickle.ts'
import type {FileDtype} from './tensor-source.ts'

/** A run of numbers in a PyTorch file that tensors are views of. */
export interface TorchStorage {
  readonly key: string
  readonly dtype: FileDtype
  /** Numbers, not bytes. */
  readonly count: number
}

/** A view of a storage: offset and strides count numbers. */
export interface TorchTensor {
  readonly storage: TorchStorage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** An object of a PyTorch file, where its pickle ends, and the storages that it refers to, by key. */
export interface TorchPickle {
  readonly value: PickleValue
  readonly end: number
  readonly storages: ReadonlyMap<string, TorchStorage>
}

/**
 * Reads one pickle of a PyTorch file as data. It may ask for the few names that tensors are made of; any other, such as
 * `os.system`, throws RangeError with the name, before anything is looked up or called.
 */
export function readTorchPickle(bytes: Buffer, start: number): TorchPickle {
  const storages = new Map<string, TorchStorage>()
  const persistent = (id: PickleValue) => {
    const storage = parseStorage(id)
    storages.set(storage.key, storage)
    return storage
  }
  return {...unpickle(bytes, start, {global: findGlobal, persistent}), storages}
}

/**
 * All named tensors of a pickled object, those in dicts within dicts by joined names: `state_dict.conv1.weight`. What is no tensor (epoch,
 * arguments) is left out. Throws RangeError where there is none.
 */
export function findTensors(root: PickleValue): Map<string, TorchTensor> {
  const found = new Map<string, TorchTensor>()
  let visited = 0
  const visit = (value: PickleValue, name: string, depth: number): void => {
    // A dict may hold one other a thousand times, and so on down.
    if (++visited > maximalEntries) throw new RangeError(`it has more than ${maximalEntries} entries`)
    if (isTensor(value) && name !== '') found.set(name, value)
    if (!(value instanceof Map) || depth === maximalDepth) return
    for (const [key, item] of value) {
      if (typeof key === 'string' || typeof key === 'number')
        visit(item, name === '' ? `${key}` : `${name}.${key}`, depth + 1)
    }
  }
  visit(root, '', 0)
  if (found.size === 0) throw new RangeError('it holds no tensors by name')
  return found
}

// optimizer.state.0.exp_avg lies four dicts deep.
const maximalDepth = 6
const maximalEntries = 1e6

const storageTypes: Readonly<Record<string, FileDtype>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
}

const tensors = new WeakSet<object>()

const functions: Readonly<Record<string, (args: PickleValue[]) => PickleValue>> = {
  'collections.OrderedDict': ([pairs]) => new Map(isPairs(pairs) ? pairs : []),
  'collections.defaultdict': () => new Map(),
  'collections.Counter': () => new Map(),
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': rebuildParameter,
  'torch._utils._rebuild_parameter_with_state': rebuildParameter,
  // Tensors with attributes of their own: (function, class, its arguments, attributes).
  'torch._tensor._rebuild_from_type_v2': ([rebuild, , args]) => {
    if (rebuild !== rebuildTensor && rebuild !== rebuildParameter)
      throw new RangeError('its pickle makes a tensor in an unknown way')
    return (rebuild as typeof rebuildTensor)(Array.isArray(args) ? args : [])
  },
}

/**
 * What training programs keep beside tensors: command lines, the state of schedules, numpy's numbers, paths. They are read past; nothing of
 * them is looked up or called, so that it does not matter that some of these names could run code in Python.
 */
const besideTensors = [
  /^argparse\.Namespace$/,
  /^(builtins|__builtin__)\.(bytearray|bytes|complex|dict|float|frozenset|getattr|int|list|object|range|set|slice|str|tuple)$/,
  /^collections\.deque$/,
  /^_codecs\.encode$/,
  /^copy_?reg\._reconstructor$/,
  /^datetime\./,
  /^functools\.partial$/,
  /^(lightning|lightning_fabric|pytorch_lightning)\./,
  /^numpy\./,
  /^(omegaconf|easydict|yacs|typing)\./,
  /^pathlib\./,
  /^torch\.(Size|device|bool|u?int\d+|float\d+|bfloat16)$/,
  /^torch\.(optim|cuda\.amp|amp)\./,
]

function findGlobal(name: string): PickleValue {
  if (Object.hasOwn(functions, name)) return functions[name]!
  const storageType = name.startsWith('torch.') ? name.slice('torch.'.length) : ''
  if (Object.hasOwn(storageTypes, storageType)) return {dtype: storageTypes[storageType]!}
  if (besideTensors.some((pattern) => pattern.test(name))) return makeInert()
  throw new RangeError(`its pickle asks for ${name}, which tensors do not need; nothing of it was run`)
}

/** A persistent id is ('storage', type, key, device, count), and in the old format a view that must be None. */
function parseStorage(id: PickleValue): TorchStorage {
  const [kind, type, key, , count, view] = Array.isArray(id) ? id : []
  const dtype = typeof type === 'object' && type !== null && 'dtype' in type ? (type.dtype as FileDtype) : undefined
  if (
    kind !== 'storage' ||
    dtype === undefined ||
    typeof key !== 'string' ||
    !isCount(count) ||
    (view ?? null) !== null
  ) {
    throw new RangeError('its pickle refers to a storage in an unknown way')
  }
  return {key, dtype, count}
}

function rebuildTensor([storage, offset, shape, strides]: PickleValue[]): TorchTensor {
  if (
    !isStorage(storage) ||
    !isCount(offset) ||
    !isCounts(shape) ||
    !isCounts(strides) ||
    shape.length !== strides.length
  ) {
    throw new RangeError('its pickle makes a tensor from what is no storage, offset, shape and strides')
  }
  const reach = shape.reduce((last, length, axis) => last + (length - 1) * strides[axis]!, offset)
  if (!shape.includes(0) && reach >= storage.count) {
    throw new RangeError(`a tensor of shape [${shape}] reaches to number ${reach} of a storage of ${storage.count}`)
  }
  const tensor = {storage, offset, shape, strides}
  tensors.add(tensor)
  return tensor
}

function rebuildParameter([tensor]: PickleValue[]): PickleValue {
  if (!isTensor(tensor)) throw new RangeError('its pickle makes a parameter of what is no tensor')
  return tensor
}

function isPairs(value: PickleValue | undefined): value is [PickleValue, PickleValue][] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2)
}

function isTensor(value: PickleValue | undefined): value is TorchTensor {
  return typeof value === 'object' && value !== null && tensors.has(value)
}

function isStorage(value: PickleValue | undefined): value is TorchStorage {
  return typeof value === 'object' && value !== null && 'key' in value && 'count' in value
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount)
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
