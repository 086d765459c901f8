import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {type Distribution, placeTensorflow} from '../../setup/distribution.ts'

/** A tiny wheel with the layout of TensorFlow's; `record` replaces the hash of a file in its RECORD. */
export function makeWheel(folder: string, files: Record<string, string>, record: Record<string, string> = {}): string {
  const name = 'tensorflow_toy-1.0-py3-none-any.whl'
  const lines = Object.entries(files).map(([path, content]) => {
    const hash = createHash('sha256').update(content).digest('base64url')
    return `${path},sha256=${record[path] ?? hash},${Buffer.byteLength(content)}`
  })
  const listed = {...files, 'tensorflow_toy-1.0.dist-info/RECORD': [...lines, 'RECORD,,'].join('\n')}
  const script =
    'import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:\n for k, v in json.load(sys.stdin).items(): z.writestr(k, v)'
  execFileSync('python3', ['-c', script, join(folder, name)], {input: JSON.stringify(listed)})
  return join(folder, name)
}

export const toyFiles = {
  'tensorflow/libtensorflow_cc.so.2': 'the big library',
  'tensorflow/libtensorflow_framework.so.2': 'the small library',
  'tensorflow/include/tensorflow/c/c_api.h': '// header',
  'tensorflow/include/tensorflow/cc/client.h': '// not needed',
  'tensorflow/python/ops.py': 'pass',
}

export function toyDistribution(wheel: string): Distribution {
  const sha256 = createHash('sha256').update(readFileSync(wheel)).digest('hex')
  return {
    kind: 'cpu',
    folder: 'tensorflow-toy-1.0',
    bytes: 1000,
    wheels: [{requirement: 'tensorflow-toy==1.0', sha256, place: placeTensorflow}],
  }
}

/** Puts a `python3` first on PATH whose `-m pip download` runs a line of shell with the target folder in $folder, and counts it. */
export function fakePip(folder: string, download: string): {downloads(): number} {
  const [bin, log] = [join(folder, 'bin'), join(folder, 'downloads')]
  mkdirSync(bin, {recursive: true})
  writeFileSync(log, '')
  const script = `#!/bin/bash
if [[ "$*" != *'-m pip download'* ]]; then exit 0; fi
while [[ $# -gt 0 ]]; do [[ $1 == --dest ]] && folder=$2; shift; done
echo . >> '${log}'
${download}
`
  writeFileSync(join(bin, 'python3'), script)
  chmodSync(join(bin, 'python3'), 0o755)
  process.env.PATH = [bin, ...(process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== bin)].join(
    delimiter,
  )
  const found = execFileSync('bash', ['-c', 'command -v python3'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim()
  assert.equal(found, join(bin, 'python3'), `bash finds another python3 on ${process.env.PATH}`)
  return {downloads: () => readFileSync(log, 'utf8').length / 2}
}
