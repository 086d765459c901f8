import type {Measured} from './facts.ts'

/** `0.8311`, or `0.8311 (0.8119 to 0.8495)` where an interval is known; `-` where nothing was measured. */
export function measuredText(measured: Measured | undefined): string {
  if (measured === undefined) return '-'
  const {value, interval} = measured
  return interval === undefined ? share(value) : `${share(value)} (${share(interval.low)} to ${share(interval.high)})`
}

/** A share or a distance, four digits after the point. */
export function share(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(4)
}

/** `1,385 images`, `1 image`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : nouns}`
}
