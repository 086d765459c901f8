import {FLOAT, type Raw, run, type} from '../op.ts'

/** 1 / (1 + e^-x), float32. */
export function sigmoids(x: Raw): Raw {
  return run('Sigmoid', [x], [type('T', FLOAT)])
}
