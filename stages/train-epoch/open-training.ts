import type {LoadedBatch} from '../../lib/data/loader.ts'
import type {ModelFile, TrainingFile} from '../../lib/model/checkpoint.ts'
import {forwardInChunks} from '../../lib/model/chunks.ts'
import {type Network, openNetwork} from '../../lib/model/network.ts'
import type {Noise} from '../../lib/model/noise.ts'
import {picturesOf, repeated} from '../../lib/model/repeated.ts'
import {openTrainer, type Trainer} from '../../lib/model/trainer.ts'
import {trainedWeights} from '../../lib/model/weight-average.ts'
import {type Evaluation, type Objective, openObjective} from '../../lib/objectives/objective.ts'
import type {TrainEpochValues} from '../parameters.ts'
import type {PlannedStep} from './planned-steps.ts'

/** Network, loss and optimiser, ready to go on from a checkpoint. */
export interface Training {
  readonly network: Network
  readonly objective: Objective
  readonly trainer: Trainer
  /** Forward and backward pass of a batch, which it releases; the trainer's next step moves the weights. */
  learn(loaded: LoadedBatch, planned: PlannedStep): {evaluation: Evaluation; trainedImages: number}
}

export async function openTraining(
  values: Pick<TrainEpochValues, 'objective' | 'optimizer' | 'precision' | 'seed'>,
  classes: number,
  {model, training}: {readonly model: ModelFile; readonly training: TrainingFile | undefined},
): Promise<Training> {
  const network = await openNetwork(model.spec, trainedWeights(model.weights, training?.tensors), model.preprocessing, {
    precision: values.precision,
    training: true,
  })
  const objective = await openObjective(values.objective, {
    dim: network.dim,
    classes,
    seed: values.seed,
    tensors: training?.tensors,
  })
  const parameters = [...network.parameters, ...objective.weights]
  const trainer = await openTrainer(parameters, values.optimizer, {training, model: model.weights})
  const {chunk} = values.optimizer
  const skipsRows = values.optimizer.skip_zero_loss && model.spec.batchnorm === 'frozen'
  return {
    network,
    objective,
    trainer,
    learn: (loaded, planned) => {
      const {pictures} = planned
      const noise: Noise = {seed: planned.stepSeed}
      const ofPictures =
        chunk === null ? network.forward(loaded.batch, noise) : forwardInChunks(network, loaded.batch, chunk, noise)
      const pass = repeated(ofPictures, pictures)
      const evaluation = objective.evaluate(pass.embeddings, planned)
      const trainedRows = skipsRows ? evaluation.activeRows : undefined
      pass.backward(evaluation.gradient, trainedRows)
      evaluation.gradient.dispose()
      const trainedImages = trainedRows === undefined ? loaded.batch.count : picturesOf(trainedRows, pictures).length
      loaded.release()
      return {evaluation, trainedImages}
    },
  }
}
