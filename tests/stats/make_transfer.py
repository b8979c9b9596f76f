"""Asks avalanche-lib 0.6.0 for the metrics of 100 random score matrices; writes kept/transfer.jsonl.

In an environment of its own (what avalanche needs to draw, download and log is replaced by nothing):

    python3 -m venv ENV; ENV/bin/pip install --no-deps avalanche-lib==0.6.0; ENV/bin/pip install torch numpy dill pillow qpsolvers
    ENV/bin/python tests/stats/make_transfer.py

A matrix has a row before all training, one after each task, and a column a task. Its values go through Avalanche's own
stream metrics, evaluation by evaluation, as its training loop would send them."""
import importlib.abc
import importlib.machinery
import json
import pathlib
import random
import sys
import types

HERE = pathlib.Path(__file__).resolve().parent
UNUSED = ("torchvision", "gdown", "pytorchcv", "matplotlib", "wandb", "GPUtil", "torchmetrics", "torch.utils.tensorboard")


class Nothing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules that avalanche imports and the metrics never use."""

    def find_spec(self, name, path, target=None):
        if any(name == unused or name.startswith(unused + ".") for unused in UNUSED):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__file__, module.__path__ = __file__, []
        module.__getattr__ = self.attribute
        return module

    @staticmethod
    def attribute(name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__init__": lambda self, *a, **k: None, "__call__": lambda self, *a, **k: None})

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Nothing())
from avalanche.evaluation.metrics import Mean  # noqa: E402
from avalanche.evaluation.metrics.forgetting_bwt import BWT, GenericStreamForgetting, StreamBWT  # noqa: E402
from avalanche.evaluation.metrics.forward_transfer import GenericStreamForwardTransfer  # noqa: E402


def given(metric):
    """The metric, of values that are handed in instead of being counted from a model's answers."""
    class Given(metric):
        def __init__(self):
            super().__init__(Mean())

        def metric_update(self, strategy):
            self._current_metric.update(strategy.value)

        def metric_result(self, strategy):
            return strategy.value

        def _package_result(self, strategy):
            return None

        def __str__(self):
            return metric.__name__
    return Given()


def run(metric, rows):
    """What it says after the last evaluation."""
    strategy = types.SimpleNamespace(eval_every=0)
    for trained, row in enumerate(rows, -1):  # the first row: before all training
        if trained >= 0:
            strategy.experience = types.SimpleNamespace(current_experience=trained)
            metric.before_training_exp(strategy)
        metric.before_eval(strategy)
        for task, value in enumerate(row):
            strategy.experience, strategy.value = types.SimpleNamespace(current_experience=task), value
            metric.before_eval_exp(strategy)
            metric.after_eval_iteration(strategy)
            metric.after_eval_exp(strategy)
        metric.after_eval(strategy)
    return metric.result()


def main():
    rng = random.Random(15)
    with open(HERE / "kept/transfer.jsonl", "w") as kept:
        for _ in range(100):
            tasks = rng.randrange(2, 9)
            rows = [[rng.random() for _ in range(tasks)] for _ in range(tasks + 1)]
            kept.write(json.dumps({"rows": rows, "forgetting": run(given(GenericStreamForgetting), rows),
                                   "backward_transfer": backward(rows[1:]),
                                   "forward_transfer": run(given(GenericStreamForwardTransfer), rows)}) + "\n")


def backward(rows):
    """Avalanche's BWT of each task (its stream metric is their mean), which it derives from its own forgetting."""
    assert issubclass(StreamBWT, GenericStreamForgetting)
    each, mean = BWT(), Mean()
    for trained, row in enumerate(rows):
        for task, value in enumerate(row):
            each.update(task, value, initial=task == trained)
    for task in range(len(rows) - 1):
        mean.update(each.result_key(task))
    return mean.result()


if __name__ == "__main__":
    main()
