import {free} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {pad, slice} from './arrange.ts'
import {add, cast} from './elementwise.ts'
import {l2} from './l2.ts'
import {mac} from './pooling.ts'

/** A square of a feature map, in positions. */
export interface Square {
  readonly top: number
  readonly left: number
  readonly size: number
}

/**
 * R-MAC (Tolias, Sicre and Jégou 2016): the maxima of the whole map and of overlapping squares of three sizes, each divided by its
 * length (plus 1e-6), added up; as cnnimageretrieval computes it. From turned maps [images, height, width, channels] to [images, channels]. Consumes its input.
 */
export function rmac(map: Value, tape?: Tape): Value {
  const [, height, width] = map.raw.shape as [number, number, number, number]
  const parts = [
    l2(mac(map.hold(), tape), 'added', tape),
    ...regions(height, width).map((square) =>
      l2(mac(crop(map.hold(), turned(square, map), tape), tape), 'added', tape),
    ),
  ]
  map.release()
  return parts.reduce((sum, part) => addValues(sum, part, tape))
}

/** Maps lie turned by 180 degrees in the engine (convolution.ts), and regions are not always symmetric. */
function turned({top, left, size}: Square, {raw}: Value): Square {
  const [, height, width] = raw.shape as [number, number, number, number]
  return {top: height - top - size, left: width - left - size, size}
}

const LEVELS = 3
const OVERLAP = 0.4

/** The squares of levels 1 to 3; along the longer side as many more as make neighbours overlap by about 40 %. */
export function regions(height: number, width: number): Square[] {
  const shorter = Math.min(height, width)
  const extra = extraRegions(Math.max(height, width), shorter)
  const [extraDown, extraAcross] = [height > width ? extra : 0, height < width ? extra : 0]
  return Array.from({length: LEVELS}, (_, i) => i + 1).flatMap((level) => {
    const size = Math.floor((2 * shorter) / (level + 1))
    if (size === 0) return []
    return starts(height, size, level + extraDown).flatMap((top) =>
      starts(width, size, level + extraAcross).map((left) => ({top, left, size})),
    )
  })
}

/** For a longer side: one less than the number of regions, 2 to 7, whose overlap is nearest to the wish. */
function extraRegions(longer: number, shorter: number): number {
  const misses = [2, 3, 4, 5, 6, 7].map((steps) => {
    const stride = (longer - shorter) / (steps - 1)
    return Math.abs((shorter ** 2 - shorter * stride) / shorter ** 2 - OVERLAP)
  })
  return misses.indexOf(Math.min(...misses)) + 1
}

function starts(length: number, size: number, count: number): number[] {
  const stride = count === 1 ? 0 : (length - size) / (count - 1)
  const middle = Math.floor(size / 2 - 1)
  return Array.from({length: count}, (_, i) => Math.floor(middle + i * stride) - middle)
}

/** Some positions of a map; the others get no gradient. */
function crop(map: Value, {top, left, size}: Square, tape?: Tape): Value {
  const [images, height, width, channels] = map.raw.shape as [number, number, number, number]
  const output = new Value(slice(map.raw, [0, top, left, 0], [images, size, size, channels]))
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      const around = [
        [0, 0],
        [top, height - top - size],
        [left, width - left - size],
        [0, 0],
      ] as const
      map.addGradient(pad(gradient, around))
      free(gradient)
    },
  })
  map.release()
  return output
}

function addValues(a: Value, b: Value, tape?: Tape): Value {
  const output = new Value(add(a.raw, b.raw))
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      a.addGradient(cast(gradient, gradient.dtype))
      b.addGradient(gradient)
    },
  })
  a.release()
  b.release()
  return output
}
