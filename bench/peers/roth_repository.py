"""Modules of a clone of Deep-Metric-Learning-Baselines (github.com/Confusezius/Deep_Metric_Learning_Baselines, commit 6077274), as newer packages run them.

The clone stays as it is: a module's text is changed while it is read, by the patches below and nothing else.
"""

import sys
from pathlib import Path
from types import ModuleType

import torch

# Of a module: what it says, what takes its place.
PATCHES = {
    # Python 3.12 has no imp; nothing calls it.
    "evaluate": [("argparse, imp, datetime", "argparse, datetime")],
    # scikit-learn 0.20, which it pins, takes the geometric mean of the entropies where nothing is said; since 0.22 it is the arithmetic one.
    "auxiliaries": [
        (
            "normalized_mutual_info_score(model_generated_cluster_labels.reshape(-1), ",
            "normalized_mutual_info_score(average_method='geometric', labels_true=model_generated_cluster_labels.reshape(-1), labels_pred=",
        )
    ],
    # There is no GPU.
    "losses": [("torch.cuda.FloatTensor", "torch.FloatTensor")],
}

# Comparisons gave bytes before PyTorch 1.2, whose sum counts pairs; those of today give booleans, whose sum counts triplets.
COUNT_PAIRS = ("(pos_loss>0.)+(neg_loss>0.)", "(pos_loss>0.).byte()+(neg_loss>0.).byte()")


def read_module(folder: Path, name: str, more: tuple[tuple[str, str], ...] = ()) -> ModuleType:
    """Runs a module's patched text, and lets its siblings import it by its name. Exits where the text is not the known one."""
    file = folder / f"{name}.py"
    text = file.read_text()
    for before, after in [*PATCHES.get(name, []), *more]:
        if before not in text:
            sys.exit(f"{file} does not say {before!r}: it is no clone of commit 6077274.")
        text = text.replace(before, after)
    module = ModuleType(name)
    module.__file__ = str(file)
    sys.modules[name] = module
    exec(compile(text, str(file), "exec"), module.__dict__)
    return module


def read_modules(folder: Path) -> dict[str, ModuleType]:
    """All that evaluation needs, each after those that it imports."""
    return {name: read_module(folder, name) for name in ("losses", "googlenet", "netlib", "auxiliaries", "datasets", "evaluate")}


def network(modules: dict[str, ModuleType], opt, weights: dict[str, torch.Tensor]) -> torch.nn.Module:
    """Its network with weights that were exported here: the same names, but for the linear layer's. Exits where any is missing or unknown."""
    net = modules["netlib"].networkselect(opt)
    named = {name.replace("embedding.", "last_linear."): tensor for name, tensor in weights.items()}
    missing, unknown = net.model.load_state_dict(named, strict=False)
    # GoogLeNet's auxiliary heads: nothing looks at them.
    missing = [name for name in missing if not name.startswith("aux")]
    if missing or unknown:
        sys.exit(f"Not the network that was exported: missing {missing[:5]}, unknown {unknown[:5]}.")
    return net
