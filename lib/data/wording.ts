/** Joins the first few items and says how many more there are, so that 100,000 bad files still make a readable message. */
export function bounded(items: readonly string[], separator = ', ', limit = 10): string {
  const shown = items.slice(0, limit).join(separator)
  return items.length <= limit ? shown : `${shown}${separator}and ${(items.length - limit).toLocaleString('en')} more`
}

/** `files that are not there (2): a.jpg, b.jpg.` */
export function enumerate(what: string, items: readonly string[]): string {
  return `${what} (${items.length.toLocaleString('en')}): ${bounded(items)}.`
}
