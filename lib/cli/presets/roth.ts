import type {Original} from './setting.ts'

/** Every flag of Standard_Training.py of Deep-Metric-Learning-Baselines in its order, and what it never says. */
export const roth: Original = {
  command: (settings) =>
    ['python Standard_Training.py', ...Object.entries(settings).map(([flag, value]) => `--${flag} ${value}`)].join(' '),
  settings: [
    {name: 'dataset', byDefault: 'cub200', parameters: ['data.format']},
    {name: 'lr', byDefault: '1e-5', parameters: ['optimizer.lr']},
    {
      name: 'fc_lr_mul',
      byDefault: '0',
      parameters: [],
      remark: "0: off; else a TypeError there; here optimizer.groups [{match: '^embedding', lr_multiplier: 10}]",
    },
    {name: 'n_epochs', byDefault: '70', parameters: ['epochs']},
    {
      name: 'kernels',
      byDefault: '8',
      parameters: [],
      remark: 'loader threads follow the cores; batches do not depend on them',
    },
    {name: 'bs', byDefault: '112', parameters: ['mining.batch_size']},
    {
      name: 'samples_per_class',
      byDefault: '4',
      parameters: ['mining.images_per_class'],
      remark: 'forced to 1 for proxynca: mining.sampler shuffle',
    },
    {name: 'seed', byDefault: '1', parameters: ['seed'], remark: 'another generator: other draws'},
    {name: 'scheduler', byDefault: 'step', parameters: ['schedule.name'], remark: 'exp: exponential; none: constant'},
    {name: 'gamma', byDefault: '0.3', parameters: ['schedule.gamma']},
    {name: 'decay', byDefault: '4e-4', parameters: ['optimizer.weight_decay']},
    {name: 'tau', byDefault: '30 55', parameters: ['schedule.milestones']},
    {
      name: 'loss',
      byDefault: 'marginloss',
      parameters: ['objective.loss'],
      remark: 'marginloss: margin; npair: n-pair; proxynca: proxy-nca; crossentropy: cross-entropy',
    },
    {
      name: 'sampling',
      byDefault: 'distance',
      parameters: ['objective.miner.name'],
      remark:
        'distance: distance-weighted; semihard, softhard: with a hyphen; without effect there for npair, proxynca',
    },
    {name: 'margin', byDefault: '0.2', parameters: ['objective.margin']},
    {
      name: 'beta_lr',
      byDefault: '5e-4',
      parameters: ['optimizer.groups'],
      remark: "{match: '^loss\\.beta$', lr: 5.0e-4}",
    },
    {name: 'beta', byDefault: '1.2', parameters: ['objective.beta']},
    {name: 'nu', byDefault: '0', parameters: ['objective.nu'], remark: 'a NameError there unless 0'},
    {
      name: 'beta_constant',
      byDefault: 'off',
      parameters: ['objective.learn_beta'],
      remark: 'without effect there; here learn_beta: false',
    },
    {
      name: 'proxy_lr',
      byDefault: '1e-5',
      parameters: ['optimizer.groups', 'optimizer.lr'],
      remark: "another than lr: [{match: '^loss', lr: 1.0e-3}]",
    },
    {name: 'l2npair', byDefault: '0.02', parameters: ['objective.l2']},
    {
      name: 'k_vals',
      byDefault: 'by data set',
      parameters: ['metrics.k'],
      remark: 'given ones are overwritten there, but for CUB and Cars196',
    },
    {name: 'embed_dim', byDefault: '128', parameters: ['model.embedding.size']},
    {
      name: 'arch',
      byDefault: 'resnet50',
      parameters: ['model.backbone', 'model.dropout'],
      remark: 'googlenet: with dropout 0.2',
    },
    {name: 'not_pretrained', byDefault: 'off', parameters: ['model.weights'], remark: 'on: random'},
    {
      name: 'grad_measure',
      byDefault: 'off',
      parameters: [],
      remark: "steps.arrow always has each step's gradient norm; not one layer's mean and deviation",
    },
    {
      name: 'dist_measure',
      byDefault: 'off',
      parameters: ['metrics.names'],
      remark: 'add intra_over_inter: of the validation classes, there of the training classes',
    },
    {name: 'gpu', byDefault: '0', parameters: [], remark: 'make setup TENSORFLOW=gpu, CUDA_VISIBLE_DEVICES'},
    {name: 'savename', byDefault: 'by time', parameters: [], remark: '--run'},
    {
      name: 'source_path',
      byDefault: './Datasets',
      parameters: ['data.root'],
      remark: 'the data set itself, nothing is appended',
    },
    {name: 'save_path', byDefault: './Training_Results', parameters: [], remark: 'artifacts/ beside pipeline.yaml'},
    {
      name: '(best epoch)',
      byDefault: 'on the test classes',
      parameters: ['data.val_share'],
      remark: '0: as there; else on so much of the training classes, which are then not trained on',
    },
  ],
}
