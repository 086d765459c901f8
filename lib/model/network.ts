import {BFLOAT16, borrow, FLOAT, read, toTfjs} from '../engine/op.ts'
import {cast} from '../engine/ops/elementwise.ts'
import type {FoldedUnit} from '../engine/ops/folded-unit.ts'
import {type Normalisation, normalisePixels} from '../engine/ops/pixels.ts'
import type {Parameter} from '../engine/parameter.ts'
import type {StateDict} from '../engine/state-dict.ts'
import {Tape, Value} from '../engine/tape.ts'
import type {tf} from '../engine/tensorflow.ts'
import {loadBackbone} from './backbones/backbone.ts'
import {buildHead} from './heads/head.ts'
import type {Layers} from './layers/layer.ts'
import type {Noise} from './noise.ts'
import type {ModelSpec, Precision} from './spec.ts'
import {openWeightStore} from './weight-store.ts'

/** Decoded images, all of one size. */
export interface ImageBatch {
  /** count * height * width * 3 bytes, RGB; may view shared memory, and must not change during a call. */
  readonly pixels: Uint8Array
  readonly count: number
  readonly height: number
  readonly width: number
}

/** The first half of a training step. Ends with one call of `backward` or `dispose`. */
export interface ForwardPass {
  /** Pooled descriptors [count, dim], float32, not normalised; owned by the pass. */
  readonly embeddings: tf.Tensor2D
  /**
   * Adds to the gradients of the parameters, from that of the embeddings [count, dim]. `rows` may name the images whose gradient is not
   * zero, for the others then to be left out; with live batch norm it is not followed, for there every image has a part in the others'.
   */
  backward(gradient: tf.Tensor2D, rows?: Int32Array): void
  dispose(): void
}

/** A network that describes images and, through a trainer, learns. */
export interface Network {
  /** Numbers in a descriptor. */
  readonly dim: number
  /** Pooled descriptors, count * dim, not normalised, under the running statistics; with noise as training sees them. */
  describe(batch: ImageBatch, noise?: Noise): Float32Array
  /** Live batch norm uses the batch's statistics and moves the running ones. Without noise nothing is left out at random. */
  forward(batch: ImageBatch, noise?: Noise): ForwardPass
  /** What a trainer changes, in the order of the state dict. */
  readonly parameters: readonly Parameter[]
  /** Present weights and statistics, in the names, order and layout of the state dict the network was opened with. */
  weights(): StateDict
  dispose(): void
}

/** Settings of the engine, not of the model. */
export interface NetworkOptions {
  readonly precision: Precision
  /** false: only `describe` works, and the weights are kept in folded form alone. */
  readonly training: boolean
}

/** Opens a network on weights in its package's names and layout (graph.ts). */
export async function openNetwork(
  spec: ModelSpec,
  state: StateDict,
  normalisation: Normalisation,
  options: NetworkOptions,
): Promise<Network> {
  const {build} = await loadBackbone(spec)
  const dtype = options.precision === 'bfloat16' ? BFLOAT16 : FLOAT
  const live = spec.batchnorm === 'live'
  const store = openWeightStore(state)
  const folded: FoldedUnit[] = []
  let tape: Tape | undefined
  let noise: Noise | undefined
  const layers: Layers<Value> = {
    open: (layer) => {
      const compute = layer.open({store, dtype, live, folded})
      return (...inputs) => compute(inputs, tape, noise)
    },
    again: (x) => x.hold(),
  }
  const {trunk, ...end} = build(spec, layers)
  const head = buildHead(spec, end, layers)
  const embed = (batch: ImageBatch, draws: Noise | undefined, recorder?: Tape): Value => {
    tape = recorder
    noise = draws
    return head.apply(trunk(openImages(batch, normalisation, dtype)))
  }
  if (!options.training) {
    for (const unit of folded) unit.fold()
    store.disposeUnits()
  }
  let passes = 0
  return {
    dim: head.dim,
    describe: (batch, draws) => {
      const output = embed(batch, draws)
      const descriptors = read(output.raw) as Float32Array
      output.release()
      return descriptors
    },
    forward: (batch, draws) => {
      if (!options.training) throw new Error('a network opened for description only cannot be trained')
      if (live) passes++
      const recorder = new Tape()
      return openPass(recorder, embed(batch, draws, recorder), live)
    },
    parameters: store.parameters(),
    weights: () => store.toStateDict(passes),
    dispose: () => {
      for (const unit of folded) unit.dispose()
      store.dispose()
    },
  }
}

function openImages({pixels, count, height, width}: ImageBatch, normalisation: Normalisation, dtype: number): Value {
  return new Value(normalisePixels(pixels, [count, height, width], normalisation, dtype), false)
}

function openPass(tape: Tape, output: Value, live: boolean): ForwardPass {
  const embeddings = toTfjs<tf.Tensor2D>(cast(output.raw, FLOAT))
  output.release()
  return {
    embeddings,
    backward: (gradient, rows) => {
      tape.backward(output, borrow(gradient), live ? undefined : rows)
      embeddings.dispose()
    },
    dispose: () => {
      tape.dispose()
      embeddings.dispose()
    },
  }
}
