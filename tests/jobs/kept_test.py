"""Checkpoints that an old commit wrote (kept/, by kept/make.py) go on to the same end.

On the kind of processor that wrote them the end is equal to the last bit: the same instructions (TWOFOLD_ISA=avx2, which
is all that there was then), the same threads. Elsewhere the libraries under us choose other instructions; there the
end has to be near, by the tolerances below, and the test says which of the two it has checked.
"""
import json
import math
import os
import pathlib
import shutil
import struct
import unittest

from support import BINARY, LOGGING, NO_PHASE_1, RunTest

KEPT = pathlib.Path(__file__).resolve().parent / "kept"
NAME = "kept"
CONFIG = """job: llama/train/lora
architecture: {n_layers: 2, n_embd: 16, n_head: 2, n_kv_head: 1, intermediate_size: 32, block_size: 16, vocab_size: 61,
               dtype: {activation: %s}}
optimization: {lr: 0.003, lora: {rank: 3, alpha: 6.0, lr: 0.01, %s}}
training:
  batch_size: 4
  validation_steps: 8
  pre_lora_tokens: [960]
  pre_lora_dataset: [[{name: first, rate: 1.0, style: PMD}]]
  post_lora_tokens: [960]
  post_lora_dataset: [[{name: second, rate: 1.0, style: PMD}]]
""" + LOGGING.replace("checkpoint_interval: 7", "checkpoint_interval: 6, keep: 0")
RUNS = {"float32": ("float32", "target_modules: [kernel]"),
        "bfloat16": ("bfloat16", "dora: true, dropout: 0.1, target_modules: [all-linear, wte]")}
PHASES = {1: "ntoks/768", 2: "ntoks/1536"}  # steps of 64 tokens: 12 of 15, and 24 of 30
#: Largest distance of a tensor from the kept one, as a share of the kept one's norm; of losses, as a share.
NEAR = {"float32": (2e-2, 1e-3), "bfloat16": (0.3, 3e-2)}


def command(binary, root, run, name, *options):
    config = root / f"{run}.yaml"
    config.write_text(CONFIG % RUNS[run])
    return [str(binary), "run", name, str(config), str(root), *options]


def again(name):
    """Phase 2 alone, from the checkpoint before adapters."""
    return ["--restore", f"general/default/{name}/pre_lora_checkpoint", *NO_PHASE_1]


def cpu():
    """What decides which instructions libraries choose."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return {key: facts.get(key, "") for key in ("vendor_id", "cpu family", "model", "flags")}


def floats(path):
    """name -> (bytes, values) of the tensors of a safetensors file."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        raw = data[8 + size:][slice(*entry["data_offsets"])]
        if entry["dtype"] == "BF16":
            words = [word << 16 for word in struct.unpack(f"<{len(raw) // 2}H", raw)]
            values = struct.unpack(f"<{len(words)}f", struct.pack(f"<{len(words)}I", *words))
        else:
            values = struct.unpack(f"<{len(raw) // 4}f", raw)
        out[name] = (raw, values)
    return out


def norm(values):
    return math.sqrt(sum(value * value for value in values))


class Kept(RunTest):
    @classmethod
    def setUpClass(cls):
        cls.same_cpu = cpu() == json.loads((KEPT / "machine.json").read_text())["cpu"]
        print("the same kind of processor: compared byte for byte" if cls.same_cpu else
              f"another kind of processor: compared within {NEAR}")

    def setUp(self):
        super().setUp()
        shutil.rmtree(self.root / "data")
        shutil.copytree(KEPT / "data", self.root / "data")

    def put(self, run, *suffixes):
        """The checkpoints and metrics of a run that was interrupted after the last of them."""
        for suffix in suffixes:
            shutil.copytree(KEPT / run / suffix, self.checkpoints(NAME) / suffix)
        (self.checkpoints(NAME) / "latest").write_text(suffixes[-1] + "\n")
        self.results(NAME).mkdir(parents=True)
        shutil.copy(KEPT / run / "metrics.jsonl", self.results(NAME))

    def resume(self, run, name, *options):
        # What phase 2 does to the weights was not in metrics.jsonl then.
        done = self.twofold(*command(BINARY, self.root, run, name, "logging.weight_updates=off", *options)[1:],
                            env=dict(os.environ, TWOFOLD_ISA="avx2"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def assert_ends(self, run, name, kept):
        final = self.final(name)
        for path in sorted((KEPT / run / kept).glob("*.safetensors")):
            ours, theirs = floats(final / path.name), floats(path)
            self.assertEqual(set(ours), set(theirs), path.name)
            for tensor, (raw, values) in theirs.items():
                where = f"{path.name}: {tensor}"
                if self.same_cpu:
                    self.assertEqual(ours[tensor][0], raw, where)
                elif path.stem != "optimizer":
                    apart = norm([a - b for a, b in zip(ours[tensor][1], values)])
                    self.assertLessEqual(apart, NEAR[run][0] * norm(values), where)

    def assert_metrics(self, run):
        ours, theirs = self.results(NAME) / "metrics.jsonl", KEPT / run / "metrics.jsonl"
        if self.same_cpu:
            self.assertEqual(ours.read_bytes(), theirs.read_bytes())
            return
        for one, other in zip(*([json.loads(line) for line in path.read_text().splitlines()] for path in (ours, theirs))):
            self.assertEqual(set(one), set(other))
            if "loss" in other:
                self.assertAlmostEqual(one["loss"], other["loss"], delta=NEAR[run][1] * other["loss"])

    def test_each_phase_goes_on_to_the_same_end(self):
        for run in RUNS:
            for phase, suffix in PHASES.items():
                with self.subTest(run, phase=phase):
                    self.setUp()
                    self.put(run, *(("pre_lora_checkpoint",) if phase == 2 else ()), suffix)
                    self.resume(run, NAME)
                    self.assert_ends(run, NAME, "end")
                    self.assert_metrics(run)

    def test_phase_2_begins_again_from_the_checkpoint_before_adapters(self):
        for run in RUNS:
            with self.subTest(run):
                self.setUp()
                self.put(run, "pre_lora_checkpoint")
                self.resume(run, "again", *again(NAME))
                self.assert_ends(run, "again", "end_again")


if __name__ == "__main__":
    unittest.main()
