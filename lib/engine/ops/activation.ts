import {free} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {relu as positive, reluGradient} from './elementwise.ts'

/** max(x, 0) on the tape. Consumes its input. */
export function relu(x: Value, tape?: Tape): Value {
  const output = new Value(positive(x.raw))
  tape?.record({
    output,
    kept: [output],
    backward: (gradient) => {
      x.addGradient(reluGradient(gradient, output.raw))
      free(gradient)
    },
  })
  x.release()
  return output
}
