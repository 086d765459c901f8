import {type Distribution, placeTensorflow, version} from './distribution.ts'

/**
 * TensorFlow for CUDA 12.5 and cuDNN 9, with the NVIDIA libraries that its wheel's metadata pins (extra `and-cuda`).
 * Everything that is assumed about GPUs stands in this file. It was staged and loaded on a machine without a GPU, where
 * TensorFlow finds the CUDA runtime and falls back to the processor; no kernel ever ran on a card.
 *
 * The library looks for CUDA in `$ORIGIN/../nvidia/<name>/lib` (its RUNPATH), so the NVIDIA files go beside `lib`.
 */
export const gpu: Distribution = {
  kind: 'gpu',
  folder: `tensorflow-gpu-${version}`,
  wheels: [
    {
      requirement: `tensorflow==${version}`,
      sha256: '35a6950f3fee0ad2d1668241d31684676f2e6eceb613cbeef960ea22014ef8fb',
      place: placeTensorflow,
    },
    nvidia('nvidia-cublas-cu12==12.5.3.2', 'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b'),
    nvidia('nvidia-cuda-cupti-cu12==12.5.82', 'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953'),
    nvidia('nvidia-cuda-nvcc-cu12==12.5.82', 'b03e545b8e8c3ce7ebcd7fc44063180ff52ff01d064ece2127ed90a04ef12cd0'),
    nvidia('nvidia-cuda-nvrtc-cu12==12.5.82', '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd'),
    nvidia('nvidia-cuda-runtime-cu12==12.5.82', '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115'),
    nvidia('nvidia-cudnn-cu12==9.3.0.75', '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d'),
    nvidia('nvidia-cufft-cu12==11.2.3.61', '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8'),
    nvidia('nvidia-curand-cu12==10.3.6.82', '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536'),
    nvidia('nvidia-cusolver-cu12==11.6.3.83', '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b'),
    nvidia('nvidia-cusparse-cu12==12.5.1.3', '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752'),
    nvidia('nvidia-nccl-cu12==2.23.4', 'b097258d9aab2fa9f686e33c6fe40ae57b27df60cedbd15d139701bb5509e0c1'),
    nvidia('nvidia-nvjitlink-cu12==12.5.82', 'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212'),
  ],
  bytes: 5_000_000_000,
}

function nvidia(requirement: string, sha256: string): Distribution['wheels'][number] {
  return {requirement, sha256, place: placeNvidia}
}

/** The libraries, and all of nvcc (ptxas and libdevice compile kernels for cards that the wheel has none for). */
function placeNvidia(path: string): string | undefined {
  return /^nvidia\/[^/]+\/lib\/.*\.so[.\d]*$/.test(path) || path.startsWith('nvidia/cuda_nvcc/') ? path : undefined
}
