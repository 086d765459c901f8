import {free, type Raw} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {add, multiply, subtract} from './elementwise.ts'
import {sigmoids} from './sigmoid.ts'

/**
 * x σ(x) on the tape (Hendrycks and Gimpel 2016; PyTorch's SiLU, also called swish). Consumes its input. Keeps σ(x) and the output, which
 * the next operation keeps anyway, instead of x: then nothing is computed twice.
 */
export function silu(x: Value, tape?: Tape): Value {
  const gate = new Value(sigmoids(x.raw))
  const output = new Value(multiply(x.raw, gate.raw))
  tape?.record({
    output,
    kept: [gate, output],
    backward: (gradient) => {
      x.addGradient(siluGradient(gradient, gate.raw, output.raw))
      free(gradient)
    },
  })
  x.release()
  gate.release()
  return output
}

/** With y = x σ: g (σ + y (1 - σ)). */
function siluGradient(gradient: Raw, gate: Raw, output: Raw): Raw {
  const product = multiply(output, gate)
  const rest = subtract(output, product)
  const slope = add(gate, rest)
  const result = multiply(gradient, slope)
  free(product, rest, slope)
  return result
}
