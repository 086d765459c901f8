import {free, type Raw, run, type} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {add, filled, multiply, subtract} from './elementwise.ts'

/** x min(max(x + 3, 0), 6) / 6 on the tape (Howard et al. 2019). Consumes its input; r = min(max(x + 3, 0), 6) is all that its gradient needs. */
export function hardSwish(x: Value, tape?: Tape): Value {
  const raised = new Value(raise(x.raw))
  const product = multiply(x.raw, raised.raw)
  const output = new Value(sixth(product))
  free(product)
  tape?.record({
    output,
    kept: [raised],
    backward: (gradient) => {
      x.addGradient(hardSwishGradient(gradient, raised.raw))
      free(gradient)
    },
  })
  x.release()
  raised.release()
  return output
}

/** min(max(x + 3, 0), 6) / 6 on the tape. Consumes its input. */
export function hardSigmoid(x: Value, tape?: Tape): Value {
  const raised = new Value(raise(x.raw))
  const output = new Value(sixth(raised.raw))
  tape?.record({
    output,
    kept: [raised],
    backward: (gradient) => {
      const inner = where(gradient, raised.raw)
      x.addGradient(sixth(inner))
      free(gradient, inner)
    },
  })
  x.release()
  raised.release()
  return output
}

/** Between 0 and 6, where x = r - 3, the slope is (r + x) / 6; elsewhere r / 6, which is 0 or 1. */
function hardSwishGradient(gradient: Raw, raised: Raw): Raw {
  const three = filled(3, [], raised.dtype)
  const x = subtract(raised, three)
  const inner = where(x, raised)
  const slope = add(raised, inner)
  const product = multiply(gradient, slope)
  const result = sixth(product)
  free(three, x, inner, slope, product)
  return result
}

function raise(x: Raw): Raw {
  const three = filled(3, [], x.dtype)
  const sum = add(x, three)
  const raised = run('Relu6', [sum], [type('T', x.dtype)])
  free(three, sum)
  return raised
}

/** The numbers for which r lies between 0 and 6, and 0 for the others. */
function where(numbers: Raw, raised: Raw): Raw {
  return run('Relu6Grad', [numbers, raised], [type('T', raised.dtype)])
}

function sixth(x: Raw): Raw {
  const factor = filled(1 / 6, [], x.dtype)
  const result = multiply(x, factor)
  free(factor)
  return result
}
