import {FLOAT, free, type Raw, run, type} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {above, add, divide, maximum, multiply, scalar, subtract} from './elementwise.ts'
import {rowSums} from './rows.ts'

/** added: x / (|x| + 1e-6), cnnimageretrieval's and RAML's; clamped: x / max(|x|, 1e-12), PyTorch's normalize. */
export type L2Floor = 'added' | 'clamped'

/** Rows [images, dim] divided by their length. Consumes its input. */
export function l2(x: Value, floor: L2Floor, tape?: Tape): Value {
  const squares = multiply(x.raw, x.raw)
  const sums = rowSums(squares)
  const length = new Value(run('Sqrt', [sums], [type('T', FLOAT)]))
  const epsilon = scalar(floor === 'added' ? 1e-6 : 1e-12)
  const divisor = new Value(floor === 'added' ? add(length.raw, epsilon) : maximum(length.raw, epsilon))
  const output = new Value(divide(x.raw, divisor.raw))
  free(squares, sums, epsilon)
  tape?.record({
    output,
    kept: [x, length, divisor, output],
    backward: (gradient) => {
      x.addGradient(
        l2Gradient(gradient, {x: x.raw, length: length.raw, divisor: divisor.raw, output: output.raw}, floor),
      )
      free(gradient)
    },
  })
  for (const value of [x, length, divisor]) value.release()
  return output
}

/** With divisor d(|x|): (g - (x / |x|) d' (y . g)) / d, where d' is 1, and 0 for a length below the clamp or of 0. */
function l2Gradient(
  gradient: Raw,
  {x, length, divisor, output}: Readonly<Record<'x' | 'length' | 'divisor' | 'output', Raw>>,
  floor: L2Floor,
): Raw {
  const limit = scalar(floor === 'added' ? 0 : 1e-12)
  const slope = above(length, limit)
  const direction = run('DivNoNan', [x, length], [type('T', FLOAT)])
  const products = multiply(output, gradient)
  const along = rowSums(products)
  const effective = multiply(along, slope)
  const radial = multiply(direction, effective)
  const rest = subtract(gradient, radial)
  const result = divide(rest, divisor)
  free(limit, slope, direction, products, along, effective, radial, rest)
  return result
}
