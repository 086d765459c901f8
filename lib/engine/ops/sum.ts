import {type Tape, Value} from '../tape.ts'
import {add, alias} from './elementwise.ts'

/** The sum of two tensors of one shape, on the tape. Consumes both. */
export function sum(a: Value, b: Value, tape?: Tape): Value {
  const output = new Value(add(a.raw, b.raw))
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      a.addGradient(alias(gradient))
      b.addGradient(gradient)
    },
  })
  a.release()
  b.release()
  return output
}
