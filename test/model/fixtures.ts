import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import type {ModelSpec} from '../../lib/model/spec.ts'

/** A folder that is removed when the test ends; returns paths inside it. */
export function temporaryFolder(t: TestContext): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-model-'))
  t.after(() => rmSync(folder, {recursive: true}))
  return (name) => join(folder, name)
}

/** Writes bytes into a file that is removed when the test ends and returns its path. */
export function temporaryFile(t: TestContext, name: string, bytes: Uint8Array): string {
  const path = temporaryFolder(t)(name)
  writeFileSync(path, bytes)
  return path
}

/** The smallest network there is: one channel at first, eight at the end. */
export const tinySpec = {
  backbone: 'resnet18',
  width: 1,
  stem: 'small',
  pool: 'spoc',
  embedding: null,
  batchnorm: 'live',
} as const satisfies ModelSpec

export const imagenetSpec = {
  backbone: 'resnet18',
  width: 64,
  stem: 'imagenet',
  pool: 'spoc',
  embedding: null,
  batchnorm: 'frozen',
} as const satisfies ModelSpec
