/**
 * What went wrong with a file or a disk, where, and what to do; undefined for errors that are about something else. A failed write
 * does not know its file: `folder` is where it must have been.
 */
export function describeFileError(error: unknown, folder: string): string | undefined {
  const {code, path, dest, syscall} = error as NodeJS.ErrnoException & {dest?: string}
  const remedy = remedies[code ?? '']
  if (remedy === undefined) return undefined
  return `${remedy.what}: ${dest ?? path ?? folder} (${[code, syscall].filter(Boolean).join(', ')}). ${remedy.help}`
}

const remedies: Readonly<Record<string, {what: string; help: string}>> = {
  ENOSPC: {
    what: 'the disk is full',
    help: 'Free some space and run again: what is committed stays, nothing is computed twice',
  },
  EDQUOT: {
    what: 'the disk quota is used up',
    help: 'Free some space and run again: what is committed stays, nothing is computed twice',
  },
  EROFS: {what: 'cannot write, the file system is read-only', help: 'Mount it writable, or keep artifacts elsewhere'},
  EACCES: {what: 'not allowed', help: 'Change the permissions, or keep artifacts elsewhere'},
  EPERM: {what: 'not permitted', help: 'Change the permissions, or keep artifacts elsewhere'},
  EMFILE: {what: 'too many open files', help: 'Raise the limit (ulimit -n) and run again'},
}
