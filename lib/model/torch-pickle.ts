import {type PickleValue, unpickle} from './pickle.ts'
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
 * The named tensors of a pickled object: of a dict of tensors, or of the dict that a training checkpoint keeps under
 * `state_dict`, `model_state_dict` or `model`. Other entries (epoch, arguments) are left out.
 */
export function findTensors(root: PickleValue): Map<string, TorchTensor> {
  for (const key of [undefined, 'state_dict', 'model_state_dict', 'model']) {
    const dict = key === undefined ? root : root instanceof Map ? root.get(key) : undefined
    if (!(dict instanceof Map)) continue
    const tensors = [...dict].filter(
      (entry): entry is [string, TorchTensor] => typeof entry[0] === 'string' && isTensor(entry[1]),
    )
    if (tensors.length > 0) return new Map(tensors)
  }
  throw new RangeError(
    'it holds no tensors by name, neither at the top nor under state_dict, model_state_dict or model',
  )
}

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
  'collections.OrderedDict': ([pairs]) => new Map((pairs ?? []) as [PickleValue, PickleValue][]),
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': ([tensor]) => {
    if (!isTensor(tensor)) throw new RangeError('its pickle makes a parameter of what is no tensor')
    return tensor
  },
}

function findGlobal(name: string): PickleValue {
  if (Object.hasOwn(functions, name)) return functions[name]!
  const storageType = name.startsWith('torch.') ? name.slice('torch.'.length) : ''
  if (Object.hasOwn(storageTypes, storageType)) return {dtype: storageTypes[storageType]!}
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
