// Reverse-mode differentiation over raw TensorFlow operations (after micrograd): every operation records how its gradient is
// made. Unlike tfjs' tape it frees each kept activation as soon as its gradient has been taken.

import {free, fromHost, type Raw} from './op.ts'
import {add, cast, gatherRows} from './ops/elementwise.ts'

/**
 * A tensor of a forward pass, freed when its last holder lets go. An operation consumes its inputs: hold a value first if it is
 * needed again.
 */
export class Value {
  gradient: Raw | undefined
  readonly needsGradient: boolean
  #raw: Raw
  #holders = 1
  #narrowed = false

  /** Takes over the handle. A value without gradient (the pixels) spares its operation the work. */
  constructor(raw: Raw, needsGradient = true) {
    this.#raw = raw
    this.needsGradient = needsGradient
  }

  get raw(): Raw {
    return this.#raw
  }

  hold(): this {
    this.#holders++
    return this
  }

  release(): void {
    this.#holders--
    if (this.#holders === 0) free(this.#raw)
  }

  /** Adds to the gradient of this value; takes over the handle. */
  addGradient(gradient: Raw): void {
    this.gradient = this.gradient === undefined ? gradient : add(this.gradient, gradient, 'consume')
  }

  /** Keeps only some images of the batch; the second call changes nothing, for a value is often kept by two operations. */
  narrow(rows: Raw): void {
    if (this.#narrowed) return
    this.#narrowed = true
    const all = this.#raw
    this.#raw = gatherRows(all, rows)
    free(all)
  }
}

/** How to get from the gradient of an operation's output to those of its inputs. */
export interface Step {
  readonly output: Value
  /** Held until `backward` has run; the first axis of each is the image. */
  readonly kept: readonly Value[]
  /** Takes over the gradient of the output and adds to those of inputs and parameters. */
  backward(gradient: Raw): void
}

/** The operations of one forward pass, in order. Ends with one call of `backward` or `dispose`. */
export class Tape {
  #steps: Step[] = []

  /** Notes an operation and holds what it keeps. */
  record(step: Step): void {
    for (const value of step.kept) value.hold()
    this.#steps.push(step)
  }

  /**
   * Runs all gradients, last operation first, and frees what was kept. The gradient stays the caller's. With `rows` only these images
   * are followed; right where the others' gradients are zero and no operation mixes images.
   */
  backward(output: Value, gradient: Raw, rows?: Int32Array): void {
    if (rows?.length === 0) {
      this.dispose()
      return
    }
    const some = rows === undefined || rows.length === gradient.shape[0] ? undefined : fromHost(rows, [rows.length])
    output.gradient = some ? gatherRows(gradient, some) : cast(gradient, gradient.dtype)
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      const stepGradient = step.output.gradient
      step.output.gradient = undefined
      if (some) for (const value of step.kept) value.narrow(some)
      if (stepGradient !== undefined) step.backward(stepGradient)
      for (const value of step.kept) value.release()
    }
    if (some) free(some)
  }

  /** Frees what was kept without taking gradients. */
  dispose(): void {
    for (const step of this.#steps) for (const value of step.kept) value.release()
    this.#steps = []
  }
}
