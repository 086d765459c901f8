/** How every number looks that a person reads. */

/** A whole number with thousands separators: `118,400`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

/** `3 epochs`, `1 epoch`. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Bytes in decimal units, three digits: `812 B`, `1.24 kB`, `135 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (value < 999.5) return `${unit === 'B' ? value : threeDigits(value)} ${unit}`
    value /= 1000
  }
  return `${threeDigits(value)} TB`
}

/** A measured time: `0.42 s`, `9.4 s`, `45 s`, `2:58`, `1:02:03`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.995 ? 2 : 1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (part: number) => String(part).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** A predicted time, no more exact than it is known: `~20 s`, `~3 min`, `~9 h 50 min`. */
export function formatAbout(seconds: number): string {
  if (seconds < 57.5) return `~${Math.max(1, seconds < 10 ? Math.round(seconds) : Math.round(seconds / 5) * 5)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `~${minutes} min`
  const rest = Math.round((minutes % 60) / 10) * 10
  if (rest === 60 || rest === 0) return `~${Math.floor(minutes / 60) + (rest === 60 ? 1 : 0)} h`
  return `~${Math.floor(minutes / 60)} h ${rest} min`
}

/** A share or precision between 0 and 1, four digits after the point: `0.8311`. */
export function formatShare(share: number): string {
  return share.toFixed(4)
}

/** Any other measured number, four significant digits: `1,204`, `31.20`, `0.09921`, `9.3e-5`. */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  const size = Math.abs(value)
  if (size >= 1000) return formatCount(value)
  if (size < 1e-3) return value.toExponential(2).replace(/\.?0+e/, 'e')
  return value.toPrecision(4)
}

/** Numbers as ranges: `0..3, 5`. */
export function formatRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && number <= last[1] + 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}..${last}`)).join(', ')
}

function threeDigits(value: number): string {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0)
}
