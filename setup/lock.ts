import {spawn} from 'node:child_process'
import {once} from 'node:events'

/**
 * Runs `work` while holding a kernel lock on a file. The lock belongs to a child that ends when our end of its pipe closes, so
 * it is free again at once when this process dies, by whatever means.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], {stdio: ['pipe', 'pipe', 'inherit']})
  const patience = setTimeout(onWait, 1000)
  const ended = once(holder, 'exit')
  try {
    const [first] = (await Promise.race([once(holder.stdout, 'data'), ended])) as [Buffer | number | null]
    if (!Buffer.isBuffer(first)) throw new Error(`flock ${file} ended with exit code ${first}`)
    clearTimeout(patience)
    return await work()
  } finally {
    clearTimeout(patience)
    holder.stdin.end()
    await ended
  }
}
