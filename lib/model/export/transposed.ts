/** A matrix [rows, columns] as [columns, rows]. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({length: matrix.length}, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!)
}
