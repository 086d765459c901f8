/** One term a row with its derivative. */
export interface RowMisses {
  readonly values: Float64Array
  /** Derivative by the scores [rows * columns], every row counted `weights` times. */
  gradient(weights: Float32Array): Float32Array
}

/** log(1 + sum over columns c of exp(s_c - s_own + margin)) of every row of scores, over those c, not own, that come nearer than the margin. */
export function behindOwn(scores: Float32Array, own: Int32Array, margin: number): RowMisses {
  const columns = scores.length / own.length
  const eachNear = (row: number, visit: (place: number, excess: number) => void) => {
    const ownPlace = row * columns + own[row]!
    for (let place = row * columns; place < (row + 1) * columns; place++) {
      const excess = scores[place]! - scores[ownPlace]! + margin
      if (place !== ownPlace && excess >= 0) visit(place, excess)
    }
  }
  const values = Float64Array.from(own, (_, row) => {
    let sum = 1
    eachNear(row, (_, excess) => {
      sum += Math.exp(excess)
    })
    return Math.log(sum)
  })
  return {
    values,
    gradient(weights) {
      const gradient = new Float32Array(scores.length)
      for (const [row, proxy] of own.entries()) {
        eachNear(row, (place, excess) => {
          const share = weights[row]! * Math.exp(excess - values[row]!)
          gradient[place]! += share
          gradient[row * columns + proxy]! -= share
        })
      }
      return gradient
    },
  }
}
