import {writeFileSync} from 'node:fs'
import {Field, FixedSizeList, Float32, Int32, Table, tableToIPC, Utf8, vectorFromArray} from 'apache-arrow'

/** What numpy.save writes. */
export function writeNpy(path: string, rows: readonly (readonly number[])[] | readonly number[], dim?: number): string {
  const isMatrix = dim !== undefined || Array.isArray(rows[0])
  const shape = isMatrix ? `${rows.length}, ${dim ?? (rows as number[][])[0]!.length}` : `${rows.length},`
  const body = Float32Array.from((rows as number[][]).flat())
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117)
  const head = Buffer.alloc(10)
  head.write('\x93NUMPY\x01\x00', 'latin1')
  head.writeUInt16LE(header.length + 1, 8)
  writeFileSync(path, Buffer.concat([head, Buffer.from(`${header}\n`), Buffer.from(body.buffer)]))
  return path
}

/** A foreign Arrow file with columns of numbers, names and vectors. */
export function writeArrow(path: string, columns: Readonly<Record<string, readonly unknown[]>>): string {
  const vectors = Object.entries(columns).map(([name, values]) => {
    if (typeof values[0] === 'number') return [name, vectorFromArray(values, new Int32())] as const
    if (typeof values[0] === 'string') return [name, vectorFromArray(values, new Utf8())] as const
    const dim = (values[0] as number[]).length
    return [name, vectorFromArray(values, new FixedSizeList(dim, new Field('item', new Float32())))] as const
  })
  writeFileSync(path, tableToIPC(new Table(Object.fromEntries(vectors)), 'file'))
  return path
}
