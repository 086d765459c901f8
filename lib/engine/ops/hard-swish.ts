// Computed in float32 whatever the type: on bfloat16 TensorFlow's elementwise operations take up to three times as long, the casts included less.
import {FLOAT, free, type Raw, run, type} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {add, cast, multiply, scalar, subtract, times} from './elementwise.ts'

/** x min(max(x + 3, 0), 6) / 6 on the tape (Howard et al. 2019). Consumes its input; r = min(max(x + 3, 0), 6) is all that its gradient needs. */
export function hardSwish(x: Value, tape?: Tape): Value {
  const {dtype} = x.raw
  const exact = cast(x.raw, FLOAT)
  const raised = raise(exact)
  const result = times(multiply(exact, raised), 1 / 6, 'consume')
  const output = new Value(cast(result, dtype))
  if (tape !== undefined) {
    const kept = new Value(cast(raised, dtype))
    tape.record({
      output,
      kept: [kept],
      backward: (gradient) => {
        x.addGradient(hardSwishGradient(gradient, kept.raw))
        free(gradient)
      },
    })
    kept.release()
  }
  free(exact, raised, result)
  x.release()
  return output
}

/** min(max(x + 3, 0), 6) / 6 of float32 numbers, on the tape. Consumes its input. */
export function hardSigmoid(x: Value, tape?: Tape): Value {
  const raised = new Value(raise(x.raw))
  const output = new Value(times(raised.raw, 1 / 6))
  tape?.record({
    output,
    kept: [raised],
    backward: (gradient) => {
      x.addGradient(times(where(gradient, raised.raw), 1 / 6, 'consume'))
      free(gradient)
    },
  })
  x.release()
  raised.release()
  return output
}

/** Between 0 and 6, where x = r - 3, the slope is (r + x) / 6; elsewhere r / 6, which is 0 or 1. */
function hardSwishGradient(gradient: Raw, kept: Raw): Raw {
  const [upstream, raised, three] = [cast(gradient, FLOAT), cast(kept, FLOAT), scalar(3)]
  const x = subtract(raised, three)
  const inner = where(x, raised)
  const slope = add(raised, inner)
  const result = times(multiply(upstream, slope), 1 / 6, 'consume')
  const typed = cast(result, gradient.dtype)
  free(upstream, raised, three, x, inner, slope, result)
  return typed
}

function raise(x: Raw): Raw {
  const three = scalar(3)
  const sum = add(x, three)
  const raised = run('Relu6', [sum], [type('T', FLOAT)])
  free(three, sum)
  return raised
}

/** The numbers for which r lies between 0 and 6, and 0 for the others. */
function where(numbers: Raw, raised: Raw): Raw {
  return run('Relu6Grad', [numbers, raised], [type('T', FLOAT)])
}
