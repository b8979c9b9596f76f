"""Results folders for the report: what a run of many steps and tasks writes, made up."""
import json
import math
import random

MODULES = ("attn/q_proj", "attn/k_proj", "attn/v_proj", "attn/o_proj", "mlp/gate_proj", "mlp/up_proj", "mlp/down_proj")
CONFIG = """job: continual/train/benchmark_lora
architecture: {block_size: 64, n_layers: 4, n_embd: 96}
optimization: {lr: 0.001, lora: {rank: 16, alpha: 32.0, lr: 0.01}}
training: {batch_size: 32, seed: 0, tokens: [%d], post_lora_tokens: [%d]}
"""


def updates(rng, layers=4):
    return {f"update/blocks/{i}/{module}/{measure}": value
            for i in range(layers) for module in MODULES
            for measure, value in (("relative_norm", rng.random() / 5), ("rank90", rng.randrange(1, 12)),
                                   ("top_share", rng.random()), ("intruders", rng.randrange(3)))}


def scores(rng, step, steps):
    """Two datasets, of which the first is forgotten in phase 2; three tasks."""
    share = step / steps
    first = 2 + 3 * math.exp(-9 * share) + max(0, share - 0.6)
    second = 3 + 2.5 * math.exp(-5 * share) - 2 * max(0, share - 0.6)
    values = {"val/first/loss": (first, 0.02), "val/second/loss": (second, 0.02)}
    for task in ("arc_easy", "piqa", "winogrande"):
        values[f"eval/{task}/acc"] = (0.5 + 0.1 * share + rng.gauss(0, 0.005), 0.02)
    return {key: value for name, (mean, error) in values.items()
            for key, value in ((name, mean), (name + "/stderr", error))}


def steps_of(rng, step, phase):
    return ({"step": step, "phase": phase, "tokens": step * 2048, "loss": 2 + 3 * math.exp(-step / 200) + rng.gauss(0, 0.1),
             "lr": 1e-3, "grad_norm": 0.5 + rng.random()},
            {"step": step, "tokens_per_s": 20000 + rng.gauss(0, 900), "rss_mib": 300 + rng.random(), "elapsed_s": step / 10})


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def make_results(folder, steps, every, seed=1):
    """A run of two phases with everything that a report may show."""
    rng = random.Random(seed)
    switch = steps * 6 // 10
    metrics, timing = [{"step": 0, "phase": 1, "tokens": 0, "moment": "start", **scores(rng, 0, steps)}], []
    for step in range(1, steps + 1):
        phase = 1 if step <= switch else 2
        one, other = steps_of(rng, step, phase)
        metrics.append(one)
        timing.append(other)
        moments = ["boundary", "frozen"] if step == switch else ["end"] if step == steps else [""]
        for moment in moments if step % every == 0 or moments[0] else []:
            line = {"step": step, "phase": phase, "tokens": step * 2048, **scores(rng, step, steps)}
            if moment:
                line["moment"] = moment
            if phase == 2:
                line.update(updates(rng))
            metrics.append(line)
    folder.mkdir(parents=True)
    write_lines(folder / "metrics.jsonl", metrics)
    write_lines(folder / "timing.jsonl", timing)
    write_lines(folder / "samples.jsonl", [{"which": which, "text": "And it came to pass <so> it was & is\u2026 " * 5}
                                           for which in ("adapters off", "adapters on") for _ in range(2)])
    (folder / "config.yaml").write_text(CONFIG % (2048 * switch, 2048 * (steps - switch)))
    (folder / "log.txt").write_text("2026-11-29 04:00:59 W the validation set of first is too small to tell 1 %\n")
    write_documents(folder)


def write_documents(folder):
    row = lambda *values: [{"value": v, "n": 64, "stderr": 0.02, "interval": [v - 0.04, v + 0.04]} for v in values]
    matrix = [row(5.5, 5.6, 5.4), row(2.0, 3.1, 3.0), row(2.3, 2.1, 2.9), row(2.5, 2.4, 1.9)]
    matrix[0][1] = None
    (folder / "continual.json").write_text(json.dumps({
        "tasks": ["stories", "shakespeare", "kjv"], "boundaries": ["start", "0_to_1", "1_to_2", "end"], "R": matrix,
        "metric": "loss", "higher_is_better": False,
        "metrics": {"average": 2.27, "backward_transfer": -0.4, "forward_transfer": 2.35, "forgetting": 0.4,
                    "forgetting_max": 0.4},
        "changes": [{"task": "stories", "from": "0_to_1", "to": "end", "change": 0.5, "stderr": 0.03,
                     "interval": [0.44, 0.56], "verdict": "forgotten"},
                    {"task": "kjv", "from": "start", "to": "end", "change": -3.5, "stderr": 0.03,
                     "interval": [-3.56, -3.44], "verdict": "learned"}]}))
    scales = [0, 0.25, 0.5, 0.75, 1]
    (folder / "adapter_curve.json").write_text(json.dumps({
        "scales": scales, "evaluations": {
            "val/first/loss": [{"value": 2 + 0.4 * s * s, "stderr": 0.01} for s in scales],
            "val/second/loss": [{"value": 3 - math.sqrt(s), "stderr": 0.02} for s in scales]}}))
