// Changes of colour on 8-bit RGB pixels in place, with Pillow's arithmetic as torchvision uses it.

/** Brightness of a pixel as Pillow's mode L has it: 16 fractional bits of ITU-R 601-2. */
function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
}

/** Towards black (factor below 1) or away from it. */
export function adjustBrightness(pixels: Uint8Array, factor: number): void {
  blend(pixels, factor, () => 0)
}

/** Towards the mean brightness of the picture or away from it. */
export function adjustContrast(pixels: Uint8Array, factor: number): void {
  let sum = 0
  for (let i = 0; i < pixels.length; i += 3) sum += luma(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!)
  const mean = Math.trunc(sum / (pixels.length / 3) + 0.5)
  blend(pixels, factor, () => mean)
}

/** Towards gray or away from it. */
export function adjustSaturation(pixels: Uint8Array, factor: number): void {
  blend(pixels, factor, (i) => luma(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!))
}

export function toGrayscale(pixels: Uint8Array): void {
  for (let i = 0; i < pixels.length; i += 3) pixels.fill(luma(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!), i, i + 3)
}

/** Turns the hue by a share of the circle, -0.5 to 0.5, in Pillow's 8-bit HSV. */
export function adjustHue(pixels: Uint8Array, factor: number): void {
  const turn = Math.trunc(factor * 255) & 255
  for (let i = 0; i < pixels.length; i += 3) {
    const {hue, saturation, value} = toHsv(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!)
    writeRgb(pixels, i, {hue: (hue + turn) & 255, saturation, value})
  }
}

/** Image.blend: base + factor * (pixel - base) in float32, cut off at 0 and 255, truncated. */
function blend(pixels: Uint8Array, factor: number, baseOf: (i: number) => number): void {
  const share = Math.fround(factor)
  for (let i = 0; i < pixels.length; i += 3) {
    const base = baseOf(i)
    for (let channel = i; channel < i + 3; channel++) {
      const mixed = Math.fround(base + Math.fround(share * (pixels[channel]! - base)))
      pixels[channel] = mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed)
    }
  }
}

interface Hsv {
  readonly hue: number
  readonly saturation: number
  readonly value: number
}

/** rgb2hsv of Pillow's Convert.c: float32, truncated to 8 bits. */
function toHsv(red: number, green: number, blue: number): Hsv {
  const value = Math.max(red, green, blue)
  const range = value - Math.min(red, green, blue)
  if (range === 0) return {hue: 0, saturation: 0, value}
  const below = (channel: number) => Math.fround((value - channel) / range)
  const [r, g, b] = [below(red), below(green), below(blue)]
  const sector = Math.fround(red === value ? b - g : green === value ? 2 + r - b : 4 + g - r)
  const turn = Math.fround((sector / 6 + 1) % 1)
  return {hue: Math.trunc(turn * 255), saturation: Math.trunc(Math.fround(range / value) * 255), value}
}

/** hsv2rgb of Pillow's Convert.c, after Python's colorsys. */
function writeRgb(pixels: Uint8Array, i: number, {hue, saturation, value}: Hsv): void {
  const position = (hue * 6) / 255
  const sector = Math.floor(position)
  const within = Math.fround(position - sector)
  const share = Math.fround(saturation / 255)
  const low = Math.round(value * (1 - share))
  const falling = Math.round(value * (1 - share * within))
  const rising = Math.round(value * (1 - share * (1 - within)))
  const [red, green, blue] = [
    [value, rising, low],
    [falling, value, low],
    [low, value, rising],
    [low, falling, value],
    [rising, low, value],
    [value, low, falling],
  ][sector % 6]!
  pixels[i] = red!
  pixels[i + 1] = green!
  pixels[i + 2] = blue!
}
