import {weightFromHost, weightToHost} from './layout.ts'
import {free, type Raw} from './op.ts'
import {add} from './ops/elementwise.ts'

/** A trained weight and the gradient gathered for it since the last step, both float32 in the engine's layout (layout.ts). */
export class Parameter {
  readonly name: string
  readonly shape: readonly number[]
  #raw: Raw
  #gradient: Raw | undefined

  /** Copies the weight; `shape` is PyTorch's. */
  constructor(name: string, data: Float32Array, shape: readonly number[]) {
    this.name = name
    this.shape = shape
    this.#raw = weightFromHost(data, shape)
  }

  get raw(): Raw {
    return this.#raw
  }

  /** Lets go of the weight, for updates in place want no second holder; `attach` must follow before it is used again. */
  detach(): void {
    free(this.#raw)
  }

  /** Takes over the handle of the new weight. */
  attach(raw: Raw): void {
    this.#raw = raw
  }

  /** Adds to the gradient; takes over the handle. */
  addGradient(gradient: Raw): void {
    this.#gradient = this.#gradient === undefined ? gradient : add(this.#gradient, gradient, 'consume')
  }

  /** Hands over the gradient and starts again from nothing; undefined when no pass has reached the weight. */
  takeGradient(): Raw | undefined {
    const gradient = this.#gradient
    this.#gradient = undefined
    return gradient
  }

  toHost(): Float32Array {
    return weightToHost(this.#raw)
  }

  dispose(): void {
    free(this.#raw)
    if (this.#gradient !== undefined) free(this.#gradient)
  }
}
