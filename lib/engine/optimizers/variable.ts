// TensorFlow's variables: vectors that its optimisers' operations change in place.
import {copy} from '../layout.ts'
import {bool, FLOAT, free, type Raw, run, runMany, shape, text, type} from '../op.ts'
import {add, alias, scalar, times} from '../ops/elementwise.ts'

/** Makes a variable; takes over the handle of its first value. */
export function openVariable(initial: Raw): Raw {
  const variable = run(
    'VarHandleOp',
    [],
    [type('dtype', FLOAT), shape('shape', initial.shape), text('container', ''), text('shared_name', ANONYMOUS)],
  )
  // A copy, for updates write in place and the first value may share memory with the host.
  const own = copy(initial)
  assign(variable, own)
  free(initial)
  return variable
}

/** TensorFlow's word for a variable that lives as long as its handle. */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347'

/** A handle of the present value. */
export function readVariable(variable: Raw): Raw {
  return run('ReadVariableOp', [variable], [type('dtype', FLOAT)])
}

/** Gives a variable another value, whose handle it takes over. */
export function assign(variable: Raw, value: Raw): void {
  runMany('AssignVariableOp', [variable, value], [type('dtype', FLOAT)], 0)
  free(value)
}

/** Multiplies a variable by a number. */
export function scale(variable: Raw, factor: number): void {
  const present = readVariable(variable)
  const product = times(present, factor)
  free(present)
  assign(variable, product)
}

/** g + decay w, as a handle for the caller to free. */
export function withDecay(gradient: Raw, weights: Raw, decay: number): Raw {
  if (decay === 0) return alias(gradient)
  const present = readVariable(weights)
  const share = times(present, decay)
  const sum = add(gradient, share)
  free(present, share)
  return sum
}

/** w -= rate direction. */
export function descend(weights: Raw, rate: number, direction: Raw): void {
  update('ResourceApplyGradientDescent', [weights, rate, direction])
}

/** Runs one of TensorFlow's fused updates; plain numbers become scalars. */
export function update(
  name: string,
  inputs: readonly (Raw | number)[],
  options: Readonly<Record<string, boolean>> = {},
): void {
  const scalars: Raw[] = []
  const handles = inputs.map((input) => {
    if (typeof input !== 'number') return input
    const number = scalar(input)
    scalars.push(number)
    return number
  })
  const attributes = Object.entries({use_locking: false, ...options}).map(([option, value]) => bool(option, value))
  runMany(name, handles, [type('T', FLOAT), ...attributes], 0)
  free(...scalars)
}
