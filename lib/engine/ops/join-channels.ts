import {UserError} from '../../user-error.ts'
import {free} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {concatenate, slice} from './arrange.ts'

/** Feature maps of one size behind each other: [images, height, width, the sum of their channels]. Consumes its inputs. */
export function joinChannels(maps: readonly Value[], tape?: Tape): Value {
  const sizes = new Set(maps.map(({raw}) => raw.shape.slice(1, 3).join(' x ')))
  if (sizes.size > 1)
    throw new UserError(`Feature maps of ${[...sizes].join(' and ')} cannot be joined. Take pictures of another size.`)
  const output = new Value(
    concatenate(
      maps.map(({raw}) => raw),
      3,
    ),
  )
  const counts = maps.map(({raw}) => raw.shape[3]!)
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      const size = gradient.shape.slice(0, 3)
      let first = 0
      for (const [i, map] of maps.entries()) {
        map.addGradient(slice(gradient, [0, 0, 0, first], [...size, counts[i]!]))
        first += counts[i]!
      }
      free(gradient)
    },
  })
  for (const map of maps) map.release()
  return output
}
