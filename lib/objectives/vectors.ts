import {free, fromHost, INT32, type Raw, read, run, type} from '../engine/op.ts'
import {concatenate} from '../engine/ops/arrange.ts'
import {add, divide, gatherRows, ints, scalar, subtract} from '../engine/ops/elementwise.ts'
import {matMul} from '../engine/ops/matrix.ts'
import {rowSums, type UnitRows, unitRows, unitRowsGradient} from '../engine/ops/rows.ts'

/** Embeddings as they come, or divided by their length. */
export type Space = 'raw' | 'unit'

/** Inner products of the rows with all columns, on the host. */
export interface Gram {
  /** [rows * columns]: entry row * columns + column. */
  readonly products: Float32Array
  /** Squared length of every column's vector. */
  readonly squaredLengths: Float32Array
}

/**
 * The embeddings of a batch as losses and miners look at them. The first `rows` columns are the batch itself, those after it
 * the references of a memory, which get no gradient.
 */
export interface Vectors {
  readonly rows: number
  readonly columns: number
  readonly dim: number
  /** Made at the first call, then kept. */
  gram(space: Space): Gram
  /** Vectors of the batch in a space, [rows, dim], still owned here. */
  tensor(space: Space): Raw
  /** The same for all columns, [columns, dim]. */
  allColumns(space: Space): Raw
  /**
   * Gradient by the raw embeddings [rows, dim] from that by the products of `gram(space)`, which this call may overwrite.
   * centred: by the products of the vectors less the mean of their numbers.
   */
  fromGram(space: Space, gradient: Float32Array, products?: 'plain' | 'centred'): Raw
  /** Gradient by the raw embeddings from that by `tensor(space)`; takes the handle over. */
  fromTensor(space: Space, gradient: Raw): Raw
  /** Some rows of the batch alone, each once, for losses that look at no others. Their gradients are by all embeddings. Disposed of with the rest. */
  chosen(rows: Int32Array): Vectors
  dispose(): void
}

/** Opens raw embeddings [rows, dim], which stay the caller's, as do those of the references [any number, dim]. */
export function openVectors(embeddings: Raw, references?: Raw): Vectors {
  const [rows, dim] = embeddings.shape as [number, number]
  const columns = rows + (references?.shape[0] ?? 0)
  const owned: Raw[] = []
  const parts: Vectors[] = []
  const own = (tensor: Raw) => {
    owned.push(tensor)
    return tensor
  }
  const unit = once((): UnitRows => {
    const result = unitRows(embeddings)
    owned.push(result.unit, result.scale)
    return result
  })
  const tensor = (space: Space) => (space === 'raw' ? embeddings : unit().unit)
  const unitColumns = once(() => {
    if (references === undefined) return unit().unit
    const {unit: others, scale} = unitRows(references)
    const all = own(concatenate([unit().unit, others]))
    free(others, scale)
    return all
  })
  const rawColumns = once(() => (references === undefined ? embeddings : own(concatenate([embeddings, references]))))
  const allColumns = (space: Space) => (space === 'raw' ? rawColumns() : unitColumns())
  const gramOf = (space: Space) => once(() => readGram(tensor(space), allColumns(space), references !== undefined))
  const grams = {raw: gramOf('raw'), unit: gramOf('unit')}
  const fromTensor = (space: Space, gradient: Raw) => {
    if (space === 'raw') return gradient
    const result = unitRowsGradient(gradient, unit())
    free(gradient)
    return result
  }
  return {
    rows,
    columns,
    dim,
    gram: (space) => grams[space](),
    tensor,
    allColumns,
    fromTensor,
    fromGram: (space, gradient, products = 'plain') => {
      foldBatchColumns(gradient, rows, columns)
      const weights = fromHost(gradient, [rows, columns])
      const product = matMul(weights, allColumns(space))
      free(weights)
      return fromTensor(space, products === 'plain' ? product : centred(product))
    },
    chosen: (places) => {
      const part = openVectors(own(selectRows(embeddings, places)))
      parts.push(part)
      const toAll = (gradient: Raw) => scatterRows(gradient, places, [rows, dim])
      return {
        ...part,
        fromTensor: (space, gradient) => toAll(part.fromTensor(space, gradient)),
        fromGram: (space, gradient, products) => toAll(part.fromGram(space, gradient, products)),
      }
    },
    dispose: () => {
      for (const part of parts) part.dispose()
      free(...owned)
    },
  }
}

function selectRows(x: Raw, places: Int32Array): Raw {
  const wanted = fromHost(places, [places.length])
  const selected = gatherRows(x, wanted)
  free(wanted)
  return selected
}

/** Rows at their places among zeros; takes the tensor over. */
function scatterRows(x: Raw, places: Int32Array, dimensions: readonly number[]): Raw {
  const [indices, wanted] = [fromHost(places, [places.length, 1]), ints(dimensions)]
  const scattered = run('ScatterNd', [indices, x, wanted], [type('T', x.dtype), type('Tindices', INT32)])
  free(x, indices, wanted)
  return scattered
}

/** Sum of two gradients, the first of which may be missing; takes both over. */
export function addGradients(a: Raw | undefined, b: Raw): Raw {
  return a === undefined ? b : add(a, b, 'consume')
}

/** Rows less the mean of their numbers; takes the tensor over. */
function centred(x: Raw): Raw {
  const sums = rowSums(x)
  const size = scalar(x.shape[1]!)
  const means = divide(sums, size)
  const result = subtract(x, means)
  free(x, sums, size, means)
  return result
}

function readGram(own: Raw, all: Raw, hasReferences: boolean): Gram {
  const tensor = matMul(own, all, {transposeB: true})
  const products = read(tensor) as Float32Array
  free(tensor)
  const [rows, columns] = [own.shape[0]!, all.shape[0]!]
  const squaredLengths = new Float32Array(columns)
  for (let row = 0; row < rows; row++) squaredLengths[row] = products[row * columns + row]!
  if (hasReferences) {
    const vectors = read(all) as Float32Array
    const dim = all.shape[1]!
    for (let column = rows; column < columns; column++) {
      let sum = 0
      for (let i = column * dim; i < (column + 1) * dim; i++) sum += vectors[i]! * vectors[i]!
      squaredLengths[column] = sum
    }
  }
  return {products, squaredLengths}
}

/** A product of rows a and b pulls at both: the gradient [a, b] counts for [b, a] too, and twice on the diagonal. */
function foldBatchColumns(gradient: Float32Array, rows: number, columns: number): void {
  // In squares of rows and columns, so that what is read down a column stays in the processor's cache.
  for (let top = 0; top < rows; top += SQUARE) {
    for (let left = 0; left <= top; left += SQUARE) {
      const bottom = Math.min(rows, top + SQUARE)
      for (let a = top; a < bottom; a++) {
        const end = a * columns + Math.min(a, left + SQUARE)
        let mirrored = left * columns + a
        for (let place = a * columns + left; place < end; place++, mirrored += columns) {
          const sum = gradient[place]! + gradient[mirrored]!
          gradient[place] = sum
          gradient[mirrored] = sum
        }
      }
    }
  }
  for (let a = 0; a < rows; a++) gradient[a * columns + a]! *= 2
}

const SQUARE = 32

function once<T>(make: () => T): () => T {
  let made: {readonly value: T} | undefined
  return () => {
    made ??= {value: make()}
    return made.value
  }
}
