import {z} from 'zod'
import {didYouMean, suggestion} from './did-you-mean.ts'
import {type TreePath, valueAt} from './tree.ts'

/** What a schema has against a value, in words a person can act on. */
export interface Complaint {
  readonly path: TreePath
  /** An unknown key is pointed at itself, anything else at its value. */
  readonly part: 'key' | 'value'
  readonly text: string
}

type Issue = z.core.$ZodIssue
type JsonSchema = z.core.JSONSchema.BaseSchema

/** Parses a value; all complaints at once where it does not fit. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): {data: T} | {complaints: Complaint[]} {
  const result = schema.safeParse(value)
  if (result.success) return {data: result.data}
  const shape = z.toJSONSchema(schema, {unrepresentable: 'any', io: 'input'})
  return {complaints: result.error.issues.flatMap((issue) => complain(issue, [], value, shape))}
}

function complain(issue: Issue, base: TreePath, value: unknown, shape: JsonSchema): Complaint[] {
  const path = [...base, ...(issue.path as TreePath)]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], value, shape))
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return complainOfUnion(issue, path, value, shape)
  const got = valueAt(value, path)
  const forms = schemasAt(shape, path, value)
  const about = forms.find(({description}) => description !== undefined)?.description
  const hint = about === undefined ? '' : ` (${about})`
  const orNull = issue.code === 'invalid_type' && forms.some(({type}) => [type].flat().includes('null'))
  const wanted = `${demand(issue)}${orNull ? ' or null' : ''}`
  const name = path.length === 0 ? 'this' : path.join('.')
  return [{path, part: 'value', text: phrase(name, wanted, got, hint, nearChoice(issue, got))}]
}

/** What is near says more than a list that is longer than a line. */
function phrase(name: string, wanted: string, got: unknown, hint: string, near: string): string {
  if (got === undefined) return `${name} is missing: it ${wanted}${hint}`
  const isLong = near !== '' && wanted.length > 120
  return isLong ? `${name} cannot be ${show(got)}${near}` : `${name} ${wanted}, got ${show(got)}${hint}${near}`
}

/** `; did you mean "classes"?` for a misspelt choice among many. */
function nearChoice(issue: Issue, got: unknown): string {
  if (typeof got !== 'string') return ''
  const choices = issue.code === 'invalid_value' ? issue.values : issue.code === 'invalid_union' ? optionsOf(issue) : []
  const names = choices.filter((choice) => typeof choice === 'string')
  return names.length > 4 ? suggestion(got, names) : ''
}

function optionsOf(issue: z.core.$ZodIssueInvalidUnion): readonly unknown[] {
  return 'options' in issue ? (issue.options as readonly unknown[]) : []
}

function unknownKey(path: TreePath, value: unknown, shape: JsonSchema): Complaint {
  const known = schemasAt(shape, path.slice(0, -1), value).flatMap(({properties}) => Object.keys(properties ?? {}))
  return {
    path,
    part: 'key',
    text: `${path.join('.')} is not known${didYouMean(String(path.at(-1)), [...new Set(known)])}`,
  }
}

/** Of the ways a value could be meant, the one that it comes nearest to speaks; ways that fail at once are listed. */
function complainOfUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: TreePath,
  value: unknown,
  shape: JsonSchema,
): Complaint[] {
  const atOnce = (option: Issue[]) => option.some((each) => each.path.length === 0 && each.code !== 'unrecognized_keys')
  // A way whose telling key has the right value is meant, whatever else is wrong with it.
  const key = issue.errors.flatMap(tellingKey)[0]
  const isOther = (option: Issue[]) => option.some((each) => each.path.length === 1 && each.path[0] === key)
  const near = issue.errors
    .filter((option) => !atOnce(option))
    .sort((a, b) => Number(isOther(a)) - Number(isOther(b)) || strangers(a) - strangers(b))
  if (near[0] !== undefined) return near[0].flatMap((each) => complain(each, path, value, shape))
  const demands = new Set(issue.errors.flatMap((option) => option.map((each) => demand(each).replace(/^must be /, ''))))
  const got = valueAt(value, path)
  const name = path.join('.')
  const wanted = `must be ${[...demands].join(' or ')}`
  const choice = issue.errors.flatMap((option) => option.map((each) => nearChoice(each, got))).join('')
  return [{path, part: 'value', text: phrase(name, wanted, got, '', choice)}]
}

/** The key that tells ways apart by its value, where that is none of those that are known: `loss: tripplet`. */
function tellingKey(option: Issue[]): PropertyKey[] {
  return option.flatMap((each) =>
    each.code === 'invalid_union' && each.errors.length === 0 && each.path.length === 1 ? each.path : [],
  )
}

function strangers(option: Issue[]): number {
  return option.filter(({code}) => code === 'unrecognized_keys').length
}

/** `must be a number`: the schema's own words where it has some, else plain ones for zod's codes. */
function demand(issue: Issue): string {
  const custom = customMessage(issue)
  if (custom !== undefined) return custom
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeNames[issue.expected] ?? issue.expected}`
    case 'too_small':
      return `must ${sized(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${sized(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`
    case 'invalid_value':
      return `must be ${issue.values.map((each) => show(each)).join(' or ')}`
    case 'invalid_union':
      return `must be ${'options' in issue ? issue.options.map((each) => show(each)).join(' or ') : 'of another form'}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    default:
      return `is not right: ${issue.message}`
  }
}

const english = z.locales.en().localeError

function customMessage(issue: Issue): string | undefined {
  if (issue.code === 'custom') return issue.message
  const {message: _, ...raw} = issue
  const standard = english({...raw, input: undefined} as z.core.$ZodRawIssue)
  const text = typeof standard === 'string' ? standard : standard?.message
  // zod's own words name the type that it received, which an issue no longer holds.
  const stem = (words: string) => words.replace(/, received .*/, '')
  return text !== undefined && stem(text) === stem(issue.message) ? undefined : issue.message
}

const typeNames: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'null',
  nonoptional: 'given',
}

function sized(origin: string, comparison: string, bound: number | bigint): string {
  if (origin === 'string') return `have ${comparison} ${bound} characters`
  if (origin === 'array' || origin === 'set' || origin === 'map') return `have ${comparison} ${bound} items`
  return `be ${comparison} ${bound}`
}

/** A value as it would be written in YAML's JSON subset, cut where it is long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** The schemas that may describe the value at a path: several where the value has several possible forms. */
function schemasAt(schema: JsonSchema, path: TreePath, value: unknown): JsonSchema[] {
  let schemas = formsOf(schema, value)
  let here = value
  for (const step of path) {
    here = valueAt(here, [step])
    schemas = schemas.flatMap((each) => {
      const inner =
        each.properties?.[step] ?? each.prefixItems?.[Number(step)] ?? each.items ?? each.additionalProperties
      return typeof inner === 'object' && !Array.isArray(inner) ? formsOf(inner as JsonSchema, here) : []
    })
  }
  return schemas
}

/** Forms whose constants (`loss: triplet`) contradict the value are out. */
function formsOf(schema: JsonSchema, value: unknown): JsonSchema[] {
  const forms = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined
  if (forms === undefined) return [schema]
  const all = forms.flatMap((form) => formsOf(form, value))
  const fitting = all.filter((form) =>
    Object.entries(form.properties ?? {}).every(([name, inner]) => {
      const constant = (inner as JsonSchema).const
      return constant === undefined || constant === valueAt(value, [name])
    }),
  )
  const {anyOf: _, oneOf: __, ...common} = schema
  return [common, ...(fitting.length > 0 ? fitting : all)]
}
