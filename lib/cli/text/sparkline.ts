const bars = '▁▂▃▄▅▆▇█'

/** Numbers as bars in one line, from the smallest to the largest; many are averaged into `width` bars, NaN is a gap. */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Array.from({length: Math.min(width, values.length)}, (_, column) => {
    const [from, to] = [column, column + 1].map((edge) =>
      Math.floor((edge * values.length) / Math.min(width, values.length)),
    )
    const known = values.slice(from, to).filter((value) => !Number.isNaN(value))
    return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length
  })
  const known = columns.filter((value) => !Number.isNaN(value))
  const [least, most] = [Math.min(...known), Math.max(...known)]
  return columns.map((value) => bar(value, least, most)).join('')
}

function bar(value: number, least: number, most: number): string {
  if (Number.isNaN(value)) return ' '
  if (most === least) return bars[0]!
  return bars[Math.min(bars.length - 1, Math.floor(((value - least) / (most - least)) * bars.length))]!
}
