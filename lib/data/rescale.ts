/** Decoded images of one size: [count, height, width, 3]. */
export interface Pixels {
  readonly pixels: Uint8Array
  readonly count: number
  readonly height: number
  readonly width: number
}

/**
 * The images at another scale, as PyTorch's interpolate(scale_factor, mode='bilinear') has them: sides are rounded down, and nothing is
 * smoothed before pixels are left out. cnnimageretrieval describes at several scales so. Results are rounded to whole bytes.
 */
export function rescale(images: Pixels, scale: number): Pixels {
  if (scale === 1) return images
  const {pixels, count, height, width} = images
  const [ys, xs] = [placesOf(height, scale), placesOf(width, scale)]
  const [rows, columns] = [ys.weight.length, xs.weight.length]
  const result = new Uint8Array(count * rows * columns * 3)
  let at = 0
  for (let image = 0; image < count; image++) {
    for (let y = 0; y < rows; y++) {
      const upper = (image * height + ys.first[y]!) * width
      const lower = (image * height + ys.second[y]!) * width
      const down = ys.weight[y]!
      for (let x = 0; x < columns; x++) {
        const [left, right, across] = [xs.first[x]!, xs.second[x]!, xs.weight[x]!]
        for (let channel = 0; channel < 3; channel++) {
          const above = mix(pixels[(upper + left) * 3 + channel]!, pixels[(upper + right) * 3 + channel]!, across)
          const below = mix(pixels[(lower + left) * 3 + channel]!, pixels[(lower + right) * 3 + channel]!, across)
          result[at++] = Math.round(mix(above, below, down))
        }
      }
    }
  }
  return {pixels: result, count, height: rows, width: columns}
}

function mix(a: number, b: number, weight: number): number {
  return a + weight * (b - a)
}

/** How long a side of pixels is at a scale. */
export function scaledSide(side: number, scale: number): number {
  return scale === 1 ? side : Math.max(1, Math.floor(side * scale))
}

/** Between which two pixels of a side every new one lies, and the weight of the second. */
function placesOf(side: number, scale: number) {
  const count = scaledSide(side, scale)
  const places = {first: new Int32Array(count), second: new Int32Array(count), weight: new Float64Array(count)}
  for (let place = 0; place < count; place++) {
    const position = Math.max(0, (place + 0.5) / scale - 0.5)
    const first = Math.min(Math.floor(position), side - 1)
    places.first[place] = first
    places.second[place] = Math.min(first + 1, side - 1)
    places.weight[place] = position - first
  }
  return places
}
