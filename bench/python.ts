import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {execa} from 'execa'

const peers = join(import.meta.dirname, 'peers')
const environment = join(import.meta.dirname, '.venv')

/** Path of a peer's script. */
export function peerScript(name: string): string {
  return join(peers, name)
}

/** The interpreter that PYTHON names, else one of our own with peers/requirements.txt installed (some GB, once: the PyTorch wheel brings CUDA along). */
export async function openPython(): Promise<string> {
  const named = process.env.PYTHON
  if (named !== undefined) return named
  const python = join(environment, 'bin', 'python')
  const installed = join(environment, 'installed')
  if (!existsSync(installed)) {
    await execa('python3', ['-m', 'venv', environment], {stdio: 'inherit'})
    await execa(python, ['-m', 'pip', 'install', '-r', join(peers, 'requirements.txt')], {stdio: 'inherit'})
    // Written last, so that an interrupted installation starts again.
    await execa('touch', [installed])
  }
  return python
}
