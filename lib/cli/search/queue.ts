/** Makes something of a picture; many may wait at once. */
export type Describe = (picture: Uint8Array) => Promise<Float32Array>

/** Starting the stage takes seconds, a picture some milliseconds: all that wait go together, up to this many. */
const largestBatch = 32

/** Gathers pictures that come while others are being described, and describes them together. */
export function openQueue(describeAll: (pictures: readonly Uint8Array[]) => Promise<Float32Array[]>): Describe {
  const waiting: Waiting[] = []
  let isRunning = false

  async function run(): Promise<void> {
    if (isRunning) return
    isRunning = true
    while (waiting.length > 0) await settle(waiting.splice(0, largestBatch))
    isRunning = false
  }

  async function settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const vectors = await describeAll(batch.map(({picture}) => picture))
      for (const [i, {resolve}] of batch.entries()) resolve(vectors[i]!)
    } catch (error) {
      // One picture that the stage cannot take must not spoil the others' answers.
      if (batch.length === 1) batch[0]!.reject(error)
      else for (const one of batch) await settle([one])
    }
  }

  return (picture) =>
    new Promise((resolve, reject) => {
      waiting.push({picture, resolve, reject})
      void run()
    })
}

interface Waiting {
  readonly picture: Uint8Array
  readonly resolve: (vector: Float32Array) => void
  readonly reject: (error: unknown) => void
}
