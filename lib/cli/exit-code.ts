/** What the shell is told; scripts and Make rely on these numbers (docs/getting-started.md). */
export const exitCode = {
  ok: 0,
  stageFailed: 1,
  usage: 2,
  planHasWork: 3,
  locked: 4,
  damaged: 5,
  contract: 6,
  stopped: 85,
  interrupted: 130,
} as const
