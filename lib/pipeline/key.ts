/** Everything that a stage's result depends on: its sha256 as canonical JSON is the key. Kept in the manifest. */
export interface KeyRecord {
  readonly schema: 1
  /** Name in the catalogue: nodes that do the same work share it. */
  readonly stage: string
  /** Parameters and `with` values, only those declared, by dotted path. */
  readonly values: Readonly<Record<string, unknown>>
  /** Input -> digest of what is read of it. */
  readonly inputs: Readonly<Record<string, string>>
  /** Parameter -> digest of the file or folder that it names. */
  readonly external: Readonly<Record<string, string>>
  /** Path -> digest of a module without comments, `npm:<package>` -> version. */
  readonly code: Readonly<Record<string, string>>
  readonly numerics: Readonly<Record<string, string>>
}
