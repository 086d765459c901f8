import {execFile} from 'node:child_process'
import {existsSync, statSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import {promisify} from 'node:util'
import {formatBytes} from '../text/number.ts'
import type {Finding} from './finding.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** TensorFlow's library and its Node addon: staged, whole, and loadable. */
export async function checkTensorflow(): Promise<Finding[]> {
  const folder = findPackage('@tensorflow/tfjs-node-gpu')
  if (folder === undefined) return [{what: 'npm packages', found: 'not installed', advice: 'Run make setup.'}]
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) =>
    join(folder, 'deps', 'lib', name),
  )
  const hnsw = findPackage('hnswlib-node')
  return [
    ...libraries.map((path) => checkFile('TensorFlow', path)),
    checkFile('TensorFlow addon', join(folder, 'lib', 'napi-v8', 'tfjs_binding.node')),
    checkFile('hnswlib addon', join(hnsw ?? folder, 'build', 'Release', 'addon.node')),
    await checkLoading(),
  ]
}

function checkFile(what: string, path: string): Finding {
  if (!existsSync(path)) return {what, found: `${path} is missing`, advice: 'Run make setup.'}
  return {what, found: `${path.slice(path.lastIndexOf('/') + 1)}, ${formatBytes(statSync(path).size)}`}
}

/** In a process of its own: a damaged library kills the one that loads it. */
async function checkLoading(): Promise<Finding> {
  const what = 'TensorFlow loads'
  const engine = join(import.meta.dirname, '..', '..', 'engine', 'tensorflow.ts')
  const script = `import {tf} from ${JSON.stringify(engine)}\nconsole.log(tf.getBackend())`
  const started = performance.now()
  try {
    const child = await run(process.execPath, [
      '--import',
      require.resolve('tsx'),
      '--input-type=module',
      '--eval',
      script,
    ])
    return {what, found: `backend ${child.stdout.trim()}, ${((performance.now() - started) / 1000).toFixed(1)} s`}
  } catch (error) {
    const {stderr, signal} = error as {stderr?: string; signal?: string}
    const reason =
      /UserError: ([\s\S]*?)\n\s+at /.exec(stderr ?? '')?.[1] ?? stderr?.trim().split('\n').at(-1) ?? 'unknown'
    return {
      what,
      found: signal === null || signal === undefined ? reason : `killed by ${signal}`,
      advice: 'Run make setup.',
    }
  }
}

function findPackage(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`))
  } catch {
    // Not installed.
    return undefined
  }
}
