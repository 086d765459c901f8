import {existsSync} from 'node:fs'
import {realpath} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {UserError} from '../lib/user-error.ts'
import {shell} from './shell.ts'

/** A native module of npm's that is built here, because its own install script would fetch from other hosts. */
export interface Addon {
  readonly name: string
  /** Its package's folder below node_modules. */
  readonly folder: string
  /** What is built, below that folder. */
  readonly file: string
  readonly environment: {readonly [name: string]: string}
  readonly options: readonly string[]
}

export const addons: readonly Addon[] = [
  {
    name: 'TensorFlow addon',
    folder: '@tensorflow/tfjs-node-gpu',
    file: 'lib/napi-v8/tfjs_binding.node',
    // Debian's linker drops libtensorflow_framework when only libtensorflow refers to it, and loading then fails: the
    // addon's run path does not hold for the libraries of its libraries.
    environment: {LDFLAGS: '-Wl,--no-as-needed'},
    // The path counts from the folder `build`.
    options: ['--module_name=tfjs_binding', '--module_path=../lib/napi-v8', '--napi_build_version=8'],
  },
  {
    name: 'hnswlib',
    folder: 'hnswlib-node',
    file: 'build/Release/addon.node',
    environment: {CXXFLAGS: '-O3 -mavx'},
    options: [],
  },
]

/**
 * Builds an addon with the node-gyp that npm brings along.
 * @throws UserError with the end of the compiler's output.
 */
export async function buildAddon(addon: Addon, nodeModules: string): Promise<void> {
  const folder = join(nodeModules, addon.folder)
  const gyp = await findNodeGyp()
  const headers = findHeaders()
  const options = [...addon.options, ...(headers === undefined ? [] : [`--nodedir=${headers}`])]
  const environment = {...process.env, ...addon.environment}
  const build = await shell({cwd: folder, env: environment})`${process.execPath} ${gyp} rebuild ${options}`
  if (build.exitCode === 0 && existsSync(join(folder, addon.file))) return
  const said = build.stderr
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('gyp info'))
    .slice(-15)
    .join('\n  ')
  const advice =
    headers === undefined
      ? `Node's headers were not found beside ${process.execPath}, so node-gyp tried to download them. Install a Node that brings them (nodejs.org's archives and NodeSource's packages do), or Debian's libnode-dev.`
      : 'Is the C++ compiler complete (Debian, Ubuntu: apt install g++ make)?'
  throw new UserError(`${addon.name} could not be built in ${folder}:\n  ${said}\n${advice}`)
}

/** npm's own node-gyp lies below npm's package: beside the `npm` on PATH, else in the global folder that npm names. */
async function findNodeGyp(): Promise<string> {
  const beside = await realpath((await shell()`command -v npm`).stdout.trim()).catch(() => '')
  const fromPath = nodeGypBelow(join(dirname(beside), '..'))
  if (existsSync(fromPath)) return fromPath
  const named = nodeGypBelow(join((await shell()`npm root --global`).stdout.trim(), 'npm'))
  if (existsSync(named)) return named
  throw new UserError(
    `node-gyp was not found inside npm (${fromPath}, ${named}). Reinstall npm: npm install --global npm.`,
  )
}

function nodeGypBelow(npm: string): string {
  return join(npm, 'node_modules/node-gyp/bin/node-gyp.js')
}

/**
 * A prefix with Node's headers. Both addons use only N-API, whose ABI does not change: headers of another Node on this machine
 * serve as well as its own.
 */
function findHeaders(): string | undefined {
  const own = join(dirname(process.execPath), '..')
  const candidates = [own, process.env.npm_config_nodedir, '/usr', '/usr/local']
  return candidates.find((prefix) => prefix !== undefined && existsSync(join(prefix, 'include/node/node_api.h')))
}
