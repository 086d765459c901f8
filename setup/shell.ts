import {$, type Options} from 'zx'

/**
 * A template tag that runs a command in bash and says how it ended instead of throwing. Without a standard input, for bash takes the socket that
 * Node gives otherwise for a remote shell's, and reads ~/.bashrc where no shell is around it: that may put another python3 first.
 */
export function shell(options: Partial<Options> = {}) {
  return $({quiet: true, nothrow: true, stdio: ['ignore', 'pipe', 'pipe'], ...options})
}
