"""The runs of the study: which there are, what each is told, what it costs."""
import dataclasses
import hashlib
import json
import pathlib

import choice

HERE = pathlib.Path(__file__).resolve().parent


def load(path=HERE / "study.yaml"):
    import yaml  # only who runs the study needs it
    return yaml.safe_load(pathlib.Path(path).read_text())


@dataclasses.dataclass(frozen=True)
class Run:
    base: str
    target: str
    arm: str
    half_decade: int | None  # None: not known before the runs that it depends on have ended
    seed: int
    step_tokens: int

    @property
    def rate(self):
        return float(f"{10 ** (self.half_decade / 2):.3g}")

    def name(self):
        rate = "best" if self.half_decade is None else f"{self.rate:g}"
        return f"{self.base} {self.target} {self.arm} rate {rate} seed {self.seed} step {self.step_tokens}"


def laid_over(below, above):
    """A configuration with another's keys laid over it."""
    both = dict(below)
    for key, value in above.items():
        both[key] = laid_over(both[key], value) if isinstance(value, dict) and isinstance(both.get(key), dict) else value
    return both


def phase_keys(arm, entry, tokens):
    if arm == "full":
        return {"dataset": [entry], "tokens": tokens}
    return {"pre_lora_tokens": [], "pre_lora_dataset": [], "post_lora_tokens": [tokens], "post_lora_dataset": [[entry]]}


def configuration(study, run, weights, source):
    """What `twofold run` is given."""
    target, full = study["targets"][run.target], run.arm == "full"
    batch = max(1, run.step_tokens // target["block_size"])
    steps = -(-study["tokens"] // (batch * target["block_size"]))
    entry = {"name": run.target, "rate": 1.0, "style": target["style"], "source": source}
    keys = {
        "job": f"llama/train/{'pretrain' if full else 'lora'}",
        "architecture": {"backbone": {"weights": weights}, "block_size": target["block_size"]},
        "optimization": {"lr": run.rate} if full else {"lora": {**study["lora"], **study["arms"][run.arm], "lr": run.rate}},
        "training": {"batch_size": batch, "per_device_batch_size": min(batch, 16), "seed": run.seed,
                     **phase_keys(run.arm, entry, study["tokens"])},
        "logging": {"validation_interval": max(1, steps // study["validations"])},
        "tokenizer": {"file": weights},
        "data": {"val_pct": 0.1, **({"form": "completion", "truncate": "drop"} if target["style"] == "PACKED" else {})},
    }
    return laid_over(study["config"], keys)


def identity(study, run):
    """What a run is, whatever it is called and wherever it is made: a hash of everything that its numbers depend on."""
    base, target = study["bases"][run.base], study["targets"][run.target]
    told = configuration(study, run, base["weights"] or (HERE / base["recipe"]).read_text(), "")
    tasks = [(HERE / part["task"]).read_text() + str(part["limit"]) for part in (target, study["forgotten"]) if "task" in part]
    text = json.dumps([told, tasks, (HERE / "sources.py").read_text()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def half_decades(study, experiment, base, target, arm, lines):
    """The rates of a cell: all, or those about the best of the cell that it follows; None while that has not ended."""
    first, last = study["half_decades"]["full" if arm == "full" else "lora"]
    if experiment["rates"] == "all":
        return list(range(first, last + 1))
    grid = study["experiments"][0]
    known = choice.cell(lines, grid["bases"][0], experiment.get("around", {}).get(target, target),
                        experiment.get("like", arm), study["step_tokens"])
    known = {key: line for key, line in known.items() if first <= key[0] <= last and key[1] in study["seeds"]}
    if len(known) < (last - first + 1) * len(study["seeds"]):
        return [None] * len(experiment["rates"])
    best = choice.best(known)
    return [(first if best is None else best) + step for step in experiment["rates"]]


def runs(study, lines):
    """All runs in their order, each once. `lines` are the results there are, on which later rates depend."""
    seen = {}
    for experiment in study["experiments"]:
        seeds = study[experiment.get("seeds", "seeds")]
        for base in experiment["bases"]:
            for target in experiment["targets"]:
                for arm in experiment["arms"]:
                    rates = half_decades(study, experiment, base, target, arm, lines)
                    for place, rate in enumerate(rates):
                        for seed in seeds:
                            run = Run(base, target, arm, rate, seed, experiment.get("step_tokens", study["step_tokens"]))
                            seen.setdefault((run, place if rate is None else None), run)
    return list(seen.values())


def seconds(study, run, lines):
    """What a run takes: the mean of those of its base and kind that have ended here, or what the study says."""
    kind = [line["seconds"] for line in lines
            if line["base"] == run.base and line["target"] == run.target and (line["arm"] == "full") == (run.arm == "full")]
    return sum(kind) / len(kind) if kind else study["bases"][run.base]["seconds"]
