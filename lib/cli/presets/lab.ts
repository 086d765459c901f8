import type {Original} from './setting.ts'

/** Every constant of the lab's dml.py, which has no command line. */
export const lab: Original = {
  settings: [
    {name: 'kept_labels', byDefault: '0-99, 100-149', parameters: ['data.protocol', 'data.train', 'data.val']},
    {name: 'n', byDefault: '20', parameters: ['data.images_per_class'], remark: 'protocol lab takes 20 as it is'},
    {
      name: 'augmentation',
      byDefault: 'RandomResizedCrop(224), HorizontalFlip',
      parameters: ['image.train', 'image.mining'],
      remark: 'mining looks at randomly transformed images too',
    },
    {name: 'test transform', byDefault: 'Resize(256), CenterCrop(224)', parameters: ['image.eval']},
    {name: 'Normalize', byDefault: 'ImageNet', parameters: ['image.mean', 'image.std']},
    {name: 'batch_size', byDefault: '64 triplets', parameters: ['mining.triplets_per_batch']},
    {name: 'validation batch', byDefault: '128', parameters: [], remark: 'chosen for speed; no number depends on it'},
    {name: 'manual_seed', byDefault: '0', parameters: ['seed'], remark: 'another generator: other draws'},
    {
      name: 'weights',
      byDefault: 'DEFAULT',
      parameters: ['model.weights'],
      remark: "a file: torchvision's ResNet18, IMAGENET1K_V1",
    },
    {name: 'usemax', byDefault: 'False', parameters: ['model.pool'], remark: 'False: spoc; True: mac'},
    {name: 'fc', byDefault: 'none', parameters: ['model.embedding']},
    {
      name: 'BatchNorm',
      byDefault: 'eval',
      parameters: ['model.batchnorm'],
      remark: 'frozen: scale and shift are trained',
    },
    {
      name: 'eps',
      byDefault: '1e-6',
      parameters: [],
      remark: 'of the L2 normalisation: within rounding for pooled features',
    },
    {name: 'negatives', byDefault: 'of the 30 nearest', parameters: ['mining.sampler', 'mining.pool']},
    {name: 'loss', byDefault: 'triplet, squared distance', parameters: ['objective.loss']},
    {
      name: 'margin',
      byDefault: '0.1',
      parameters: ['objective.margin', 'objective.negative_margin'],
      remark: "main() passes 0.1; train()'s default is 0.5",
    },
    {name: 'optimizer', byDefault: 'AdamW', parameters: ['optimizer.name', 'optimizer.weight_decay']},
    {name: 'lr', byDefault: '1e-5', parameters: ['optimizer.lr']},
    {name: 'scheduler', byDefault: 'none', parameters: ['schedule.name']},
    {name: 'epochs', byDefault: '10', parameters: ['epochs']},
    {
      name: 'bestmodel.pth.tar',
      byDefault: 'by precision@1',
      parameters: [],
      remark: 'pipeline.yaml: keep best evaluate.precision_at_1',
    },
  ],
}
