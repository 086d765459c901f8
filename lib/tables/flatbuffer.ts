/**
 * Walks the vectors of an Arrow footer or record batch header before apache-arrow decodes it. Its decoder checks no bounds: one
 * damaged byte in a vector's length makes it loop for 2^31 rounds or ask for gigabytes. Throws RangeError where a table or vector
 * does not lie inside the bytes. Returns the lengths of the root's vectors by slot.
 * Layout: https://flatbuffers.dev/internals (tables, vtables, vectors), Arrow's File.fbs, Message.fbs and Schema.fbs.
 */
export function checkFlatbuffer(bytes: Uint8Array, root: Shape): ReadonlyMap<number, number> {
  const walk = {view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), tables: 0}
  return checkTable(walk, walk.view.getUint32(0, true), root)
}

/** What a table's slots hold, as far as it has a length or leads on; scalars are left out. */
export interface Shape {
  readonly [slot: number]: {readonly table: () => Shape} | {readonly tables: () => Shape} | {readonly itemBytes: number}
}

const keyValue: Shape = {0: {itemBytes: 1}, 1: {itemBytes: 1}}
const field: Shape = {0: {itemBytes: 1}, 3: {table: () => ({})}, 5: {tables: () => field}, 6: {tables: () => keyValue}}
const schema: Shape = {1: {tables: () => field}, 2: {tables: () => keyValue}, 3: {itemBytes: 8}}
const recordBatch: Shape = {1: {itemBytes: 16}, 2: {itemBytes: 16}, 3: {table: () => ({})}, 4: {itemBytes: 8}}

/** Slots of the footer's vectors of blocks. */
export const footerSlots = {dictionaries: 2, recordBatches: 3} as const

/** Arrow's Footer; its blocks are structs of 24 bytes. */
export const footerShape: Shape = {
  1: {table: () => schema},
  [footerSlots.dictionaries]: {itemBytes: 24},
  [footerSlots.recordBatches]: {itemBytes: 24},
  4: {tables: () => keyValue},
}

/** Arrow's Message with a RecordBatch in it. */
export const recordBatchShape: Shape = {2: {table: () => recordBatch}, 4: {tables: () => keyValue}}

// Far above any schema of ours; a bound is needed because offsets may share tables, so that few bytes can hold many paths.
const maximalTables = 10_000

interface Walk {
  readonly view: DataView
  tables: number
}

function checkTable(walk: Walk, position: number, shape: Shape): Map<number, number> {
  if (++walk.tables > maximalTables) throw new RangeError(`more than ${maximalTables} tables in a header`)
  const {view} = walk
  const vtable = position - view.getInt32(position, true)
  const slotCount = (view.getUint16(vtable, true) - 4) / 2
  const lengths = new Map<number, number>()
  for (const [key, content] of Object.entries(shape)) {
    const slot = Number(key)
    const offset = slot < slotCount ? view.getUint16(vtable + 4 + 2 * slot, true) : 0
    if (offset === 0) continue
    const target = position + offset + view.getUint32(position + offset, true)
    if ('table' in content) checkTable(walk, target, content.table())
    else lengths.set(slot, checkVector(walk, target, content))
  }
  return lengths
}

function checkVector(walk: Walk, position: number, content: {tables: () => Shape} | {itemBytes: number}): number {
  const {view} = walk
  const count = view.getUint32(position, true)
  const itemBytes = 'tables' in content ? 4 : content.itemBytes
  if (position + 4 + count * itemBytes > view.byteLength)
    throw new RangeError(`a vector of ${count} items leaves its header`)
  if ('tables' in content) {
    for (let item = position + 4; item < position + 4 + 4 * count; item += 4) {
      checkTable(walk, item + view.getUint32(item, true), content.tables())
    }
  }
  return count
}
