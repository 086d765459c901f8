/** What a text says as JSON; undefined where it is none: no schema takes that, so the caller's complaint names what was expected. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
