import {free, int, type Raw, run, text, type} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {pad} from './arrange.ts'

/** The mean of 3x3 at every position, where what is outside the image counts as 0 (PyTorch: count_include_pad). Consumes its input. */
export function averagePool(x: Value, tape?: Tape): Value {
  const output = new Value(means(x.raw))
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      // A position gives a ninth to each of its neighbours and gets as much from them.
      x.addGradient(means(gradient))
      free(gradient)
    },
  })
  x.release()
  return output
}

/** TensorFlow's own padding would divide by the positions inside. */
function means(x: Raw): Raw {
  const surrounded = pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ])
  const result = run(
    'AvgPool',
    [surrounded],
    [
      type('T', x.dtype),
      int('ksize', [1, 3, 3, 1]),
      int('strides', [1, 1, 1, 1]),
      text('padding', 'VALID'),
      text('data_format', 'NHWC'),
    ],
  )
  free(surrounded)
  return result
}
