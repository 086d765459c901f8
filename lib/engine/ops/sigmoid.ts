import {FLOAT, free, type Raw, run, type} from '../op.ts'
import {cast} from './elementwise.ts'

/** 1 / (1 + e^-x), computed in float32: TensorFlow's kernel for bfloat16 takes twice as long as both casts and this. */
export function sigmoids(x: Raw): Raw {
  const exact = cast(x, FLOAT)
  const gates = run('Sigmoid', [exact], [type('T', FLOAT)])
  const typed = cast(gates, x.dtype)
  free(exact, gates)
  return typed
}
