import {UserError} from '../user-error.ts'

/**
 * One descriptor of an image from those at several scales, each [images * dim]: (mean over scales of f^power)^(1/power), as
 * cnnimageretrieval's extract_ms has it. Its length is left to the caller. Powers other than 1 need numbers that are not negative.
 */
export function meanOfScales(parts: readonly Float32Array[], power: number): Float32Array {
  const result = new Float32Array(parts[0]!.length)
  for (let at = 0; at < result.length; at++) {
    let sum = 0
    for (const part of parts) {
      const value = part[at]!
      if (value < 0 && power !== 1) throw negative(value, power)
      sum += power === 1 ? value : value ** power
    }
    const mean = sum / parts.length
    result[at] = power === 1 ? mean : mean ** (1 / power)
  }
  return result
}

function negative(value: number, power: number): UserError {
  return new UserError(
    `image.multiscale.power ${power} has no meaning for negative numbers, and a descriptor holds ${value}. ` +
      'Set image.multiscale.power=1; other powers are for pooled descriptors without layers behind them.',
  )
}
