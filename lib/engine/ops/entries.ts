// Single entries of a float32 matrix.
import {FLOAT, free, fromHost, INT32, type Raw, read, run, type} from '../op.ts'

/** Entries [row, column], one pair after the other. */
export type Places = Int32Array

/** The places of one column a row, from the first row on. */
export function placesInRows(columns: Int32Array): Places {
  const places = new Int32Array(2 * columns.length)
  columns.forEach((column, row) => {
    places[2 * row] = row
    places[2 * row + 1] = column
  })
  return places
}

/** Copies entries to the host. */
export function readEntries(matrix: Raw, places: Places): Float32Array {
  const indices = fromHost(places, [places.length / 2, 2])
  const entries = run('GatherNd', [matrix, indices], [type('Tparams', matrix.dtype), type('Tindices', INT32)])
  const values = read(entries) as Float32Array
  free(indices, entries)
  return values
}

/** The matrix with other values at some places; takes the matrix over. */
export function withEntries(matrix: Raw, places: Places, values: Float32Array): Raw {
  const indices = fromHost(places, [values.length, 2])
  const updates = fromHost(values, [values.length])
  const changed = run('TensorScatterUpdate', [matrix, indices, updates], [type('T', FLOAT), type('Tindices', INT32)])
  free(matrix, indices, updates)
  return changed
}

/** The matrix with other rows added to some of its own, to one of them any number of times; takes the matrix over. */
export function addToRows(matrix: Raw, rows: Int32Array, added: Raw): Raw {
  const indices = fromHost(rows, [rows.length, 1])
  const sum = run('TensorScatterAdd', [matrix, indices, added], [type('T', FLOAT), type('Tindices', INT32)])
  free(matrix, indices)
  return sum
}
