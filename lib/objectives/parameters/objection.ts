import type {z} from 'zod'

/** What speaks against parameters that are legal one by one: said of the value at `path`, in words that follow its name ("must be …"). */
export interface Objection {
  readonly path: readonly (string | number)[]
  readonly text: string
}

/** Adds the objections to what a schema refuses, each at its place. */
export function objectTo<Schema extends z.ZodType>(
  schema: Schema,
  objections: (value: never) => readonly Objection[],
): Schema {
  return schema.check(({value, issues}) => {
    for (const {path, text} of objections(value as never)) {
      issues.push({code: 'custom', message: text, path: [...path], input: value})
    }
  })
}
