"""One run, from its configuration to its line: train, ask the tasks, export, and look at what changed in the weights."""
import collections
import hashlib
import json
import math
import os
import pathlib
import shutil
import subprocess
import threading
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # several runs at a time have a core each
import numpy
from safetensors.numpy import load_file

import plan


class Failed(RuntimeError):
    """A command that should have worked did not; what it said."""


def version_of(binary):
    return hashlib.sha256(pathlib.Path(binary).read_bytes()).hexdigest()[:12]


class Workshop:
    """Where runs are made: the binary, a folder of its own, and the study's sources."""

    def __init__(self, study, binary, root, sources):
        self.study, self.binary, self.root, self.sources = study, str(binary), pathlib.Path(root), sources
        self.datasets = collections.defaultdict(threading.Lock)  # a base's target: held while its dataset may be made
        self.version = version_of(binary)

    def twofold(self, *arguments, may_diverge=False):
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode == 0:
            return True
        if may_diverge and "not finite" in done.stderr:
            return False
        raise Failed(f"twofold {' '.join(map(str, arguments))}\nexit code {done.returncode}\n{done.stderr}")

    def weights(self, base):
        """The folder of a base; one with a recipe is trained first, once, and goes on where it was interrupted."""
        told = self.study["bases"][base]
        if told["weights"]:
            return told["weights"]
        text = (plan.HERE / told["recipe"]).read_text()
        name = f"base-{hashlib.sha256(text.encode()).hexdigest()[:12]}-{self.version}"
        folder = self.root / name
        if not folder.exists():
            self.twofold("run", name, plan.HERE / told["recipe"], self.root,
                         f"training.dataset.0.source={self.sources['stories']}")
            self.twofold("export", name, self.root, "--to", "merged", folder)
        return str(folder)

    def tasks(self, run):
        return [part for part in (self.study["forgotten"], self.study["targets"].get(run.target, {})) if "task" in part]

    def scores(self, model, parts):
        """{metric: value} of a folder or of a run (its name and root); tasks of as many items are asked together."""
        found, out = {}, self.root / f"{pathlib.Path(model[0]).name}.scores.json"
        for limit in sorted({part["limit"] for part in parts}):
            names = ",".join(str(plan.HERE / part["task"]) for part in parts if part["limit"] == limit)
            self.twofold("eval", *model, "--tasks", names, "--data", self.root / "sources", "--limit", limit, "--json", out)
            for task in json.loads(out.read_text()).values():
                found.update(task["metrics"])
        out.unlink()
        perplexity = found.pop("token_perplexity")
        return found | {"stories": None if perplexity is None else math.log(perplexity)}

    def make(self, run):
        """The line of a run."""
        began, name = time.monotonic(), plan.identity(self.study, run)
        weights = self.weights(run.base)
        trained_from = time.monotonic()
        config = self.root / f"{name}.yaml"
        config.write_text(json.dumps(plan.configuration(self.study, run, weights, self.sources[run.target])))
        line = {"id": name, "version": self.version, "base": run.base, "target": run.target, "arm": run.arm,
                "half_decade": run.half_decade, "rate": run.rate, "seed": run.seed, "step_tokens": run.step_tokens,
                "diverged": not self.train(run, name, config)}
        line.update(self.curve(run, name))
        if not line["diverged"]:
            line.update(self.scores((name, self.root), self.tasks(run)))
            line["diverged"] = line["stories"] is None  # a perplexity beyond all numbers
            line["rank90"] = self.ranks(name, weights)
        self.forget(name, config)
        return line | {"seconds": round(time.monotonic() - trained_from, 2),
                       "seconds_of_base": round(trained_from - began, 2)}

    def train(self, run, name, config):
        """False if it diverged. The first run on a target makes its dataset, and the others wait for it."""
        begun = (run.base, run.target) in self.datasets
        with self.datasets[run.base, run.target]:
            if not begun:
                return self.twofold("run", name, config, self.root, may_diverge=True)
        return self.twofold("run", name, config, self.root, may_diverge=True)

    def curve(self, run, name):
        """Validation losses of the target: at the start, on the way, at the end."""
        path = self.root / f"results/general/default/{name}/metrics.jsonl"
        key, points = f"val/{run.target}/loss", []
        for text in path.read_text().splitlines():
            entry = json.loads(text)
            if key in entry and entry.get("moment") != "adapters_off" and (not points or points[-1][0] < entry["tokens"]):
                points.append([entry["tokens"], entry[key]])
        return {"start": points[0][1], "end": points[-1][1], "curve": points}

    def ranks(self, name, weights):
        """Mean rank, over the blocks' matrices that changed, that holds 90 % of the squares of W_end − W_base."""
        out = self.root / f"{name}.export"
        shutil.rmtree(out, ignore_errors=True)
        self.twofold("export", name, self.root, "--to", "merged", out)
        end, begin = load_file(out / "model.safetensors"), load_file(pathlib.Path(weights) / "model.safetensors")
        shutil.rmtree(out)
        changes = [end[key].astype(numpy.float64) - begin[key] for key in sorted(begin)
                   if ".layers." in key and begin[key].ndim == 2]
        ranks = [rank90(change) for change in changes if change.any()]
        return sum(ranks) / len(ranks)

    def forget(self, name, config):
        config.unlink()
        for kind in ("checkpoints", "results"):
            shutil.rmtree(self.root / f"{kind}/general/default/{name}", ignore_errors=True)

    def base_line(self, base):
        """The line of a base as it came: what runs on it are measured from."""
        began = time.monotonic()
        parts = [self.study["forgotten"], *(target for target in self.study["targets"].values() if "task" in target)]
        line = {"id": f"base {base}", "version": self.version, "base": base, "target": None, "arm": "base",
                "step_tokens": None, **self.scores((self.weights(base),), parts)}
        return line | {"seconds": round(time.monotonic() - began, 2)}


def rank90(change):
    """How many of the largest singular directions hold 90 % of the sum of squares."""
    squares = numpy.linalg.svd(change, compute_uv=False) ** 2
    return int(numpy.searchsorted(numpy.cumsum(squares), 0.9 * squares.sum())) + 1
