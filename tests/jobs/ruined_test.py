"""Numbers that are not finite: what the run keeps, what it says, and that its advice works."""
import json
import re
import struct
import unittest

from support import LORA, NO_PHASE_1, PRETRAIN, RunTest, on_weights

# The first step has no learning rate, the second ruins the weights, the third finds out.
RUINOUS = ["optimization.lr=1e30", "training.warmup_pct=0.1", "optimization.warmup_lr_mult=0",
           "logging.checkpoint_interval=1"]


class Ruined(RunTest):
    def setUp(self):
        super().setUp()
        self.plain = self.config(PRETRAIN)

    def ruin(self, name, *options):
        result = self.twofold("run", name, self.plain, self.root, *options)
        self.assert_refused(result, "not finite")
        return result.stderr

    def latest(self, name):
        return (self.checkpoints(name) / "latest").read_text().strip()

    def test_latest_is_a_checkpoint_whose_next_step_was_finite(self):
        said = self.ruin("r", *RUINOUS)
        self.assertEqual(self.latest("r"), "ntoks/64")
        self.assertFalse((self.checkpoints("r") / "ntoks/128").exists())
        self.assertIn("step 3", said)
        self.assertEqual(self.ruin("r", *RUINOUS), said)  # and again, from there

    def test_the_advice_works(self):
        said = self.ruin("r", *RUINOUS)
        path = re.search(r"--restore (\S+)", said).group(1)
        for override in ("optimization.lr=0.003", "training.warmup_pct=1"):
            self.assertIn(re.match(r"\w+\.(\w+)", override).group(1), said)
        result = self.run_job("s", self.plain, *RUINOUS[1:], "optimization.lr=0.003", "--restore", path)
        self.assertIn("optimization/lr is 0.003", result.stdout)
        self.assertEqual(self.metrics("s")[-1]["step"], 25)

    def test_nothing_sound_is_left_where_the_first_step_ruined_it(self):
        options = [*RUINOUS[:1], "training.warmup_pct=0", "logging.checkpoint_interval=1",
                   "training.validation=false"]
        said = self.ruin("r", *options)
        self.assertIn("no sound checkpoint of this run is left", said)
        self.assertFalse((self.checkpoints("r") / "latest").exists())
        self.run_job("r", self.plain, *options[1:], "optimization.lr=0.003")  # there is nothing to contradict

    def test_a_checkpoint_that_a_process_began_with_may_be_the_ruined_one(self):
        # As after a kill between the save and the step that would have found out.
        options = ["optimization.lr=1e30", "optimization.schedule=constant", "training.validation=false"]
        self.run_job("r", self.plain, *options, "training.tokens=64")
        self.assertEqual(self.latest("r"), "final/64")
        for _ in range(2):
            self.assertIn("no sound checkpoint of this run is left", self.ruin("r", *options))
            self.assertFalse((self.checkpoints("r") / "latest").exists())

    def test_an_end_that_cannot_be_scored_is_not_published(self):
        said = self.ruin("r", "optimization.lr=1e39", "training.tokens=64", "training.warmup_pct=0",
                         "training.decay_pct=0")
        self.assertIn("validation loss of first", said)
        self.assertFalse((self.checkpoints("r") / "final").exists())

    def test_what_the_last_step_ruined_is_not_published_though_nothing_scores_it(self):
        unseen = ["training.validation=false", "optimization.schedule=constant"]
        lora = self.config(LORA, "lora.yaml")
        for name, config, options, file in (
                ("p", self.plain, ["optimization.lr=1e39", "training.tokens=64"], "model"),
                ("q", lora, ["optimization.lr=1e39", "training.pre_lora_tokens=[64]"], "model"),
                ("l", lora, ["optimization.lora.lr=1e39", "training.pre_lora_tokens=[64]",
                             "training.post_lora_tokens=[64]"], "adapters")):
            with self.subTest(name):
                result = self.twofold("run", name, config, self.root, *unseen, *options)
                self.assert_refused(result, "is not finite; the run stops", f"of {file}.safetensors")
                left = [path.name for path in self.checkpoints(name).iterdir() if path.is_dir()]
                self.assertEqual(left, ["pre_lora_checkpoint"] if name == "l" else [])
        self.assertIn("after step 2", result.stderr)
        self.assertEqual(self.latest("l"), "pre_lora_checkpoint")

    def test_nor_in_a_periodic_checkpoint(self):
        late = ["optimization.lr=1e39", *RUINOUS[1:], "training.validation=false"]
        said = self.ruin("r", *late)
        self.assertIn("after step 2, tensor", said)
        self.assertEqual(self.latest("r"), "ntoks/64")
        self.assertFalse((self.checkpoints("r") / "ntoks/128").exists())
        self.assertEqual(self.ruin("r", *late), said)  # and again, from there


def ruin_file(file, name, place):
    """Writes NaN at `place` of a float32 matrix or a bfloat16 one."""
    data = bytearray(file.read_bytes())
    start = 8 + struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8:start])[name]
    at = place[0] * entry["shape"][1] + place[1]
    nan = {"F32": struct.pack("<f", float("nan")), "BF16": b"\xc0\x7f"}[entry["dtype"]]
    at = start + entry["data_offsets"][0] + at * len(nan)
    data[at:at + len(nan)] = nan
    file.write_bytes(data)


class RuinedFiles(RunTest):
    """Weights that are not finite are named by file, tensor and place before anything is computed with them."""
    UNSEEN = "model.embed_tokens.weight"  # the row of a token that no data has

    def setUp(self):
        super().setUp()
        self.run_job("r", self.config(LORA))
        self.weights, self.adapter = self.root / "weights", self.root / "adapter"
        self.export("r", "merged", self.weights, "--dtype", "float32", "--no-tokenizer")
        self.export("r", "peft", self.adapter)

    def export(self, name, to, out, *more):
        result = self.twofold("export", name, self.root, "--to", to, out, *more)
        self.assertEqual(result.returncode, 0, result.stderr)

    def refused(self, place, *arguments, **options):
        result = self.twofold(*arguments, **options)
        self.assert_refused(result, "not finite", place, "NaN")
        self.assertNotIn("│ loss", result.stdout)  # no step was made

    def test_of_a_model(self):
        config, ids = self.config(on_weights(), "again.yaml"), '{"ids": [40, 41, 42]}\n'
        ruin_file(self.weights / "model.safetensors", self.UNSEEN, (256, 7))
        place = f"{self.weights}/model.safetensors: {self.UNSEEN}[256, 7]"
        self.refused(place, "score", self.weights, "--ids", "-", input=ids)
        self.refused(place, "generate", self.weights, "--ids", "-", input=ids)
        for phases in ((), NO_PHASE_1):  # copied, and mapped
            self.refused(place, "run", "s", config, self.root, f"architecture.backbone.weights={self.weights}", *phases)
        self.assertFalse((self.results("s") / "metrics.jsonl").exists())

    def test_finite_ones_may_still_be_too_large(self):
        file = self.weights / "model.safetensors"
        data = bytearray(file.read_bytes())
        start = 8 + struct.unpack("<Q", data[:8])[0]
        begin, end = (start + offset for offset in json.loads(data[8:start])["lm_head.weight"]["data_offsets"])
        data[begin:end] = struct.pack("<f", 3e38) * ((end - begin) // 4)
        file.write_bytes(data)
        for command in ("score", "generate"):
            result = self.twofold(command, self.weights, "--ids", "-", input='{"ids": [40, 41, 42]}\n')
            self.assert_refused(result, "not finite", "too large")

    def test_of_an_adapter(self):
        on = f"architecture.backbone.weights={self.weights}"
        below = f"optimization.lora.base_adapters=[{self.adapter}]"
        start = f"optimization.lora.from_adapter={self.adapter}"
        config = self.config(on_weights().replace("{rank: 4, alpha: 8.0, lr: 0.01}", "{lr: 0.01}"), "again.yaml")
        self.run_job("stacked", config, on, below, *NO_PHASE_1)
        name = "base_model.model.model.layers.1.mlp.up_proj.lora_B.weight"
        ruin_file(self.adapter / "adapter_model.safetensors", name, (3, 1))
        place = f"{self.adapter}/adapter_model.safetensors: {name}[3, 1]"
        self.refused(place, "score", self.weights, "--adapter", self.adapter, "--ids", "-", input='{"ids": [4, 5]}\n')
        self.refused(place, "combine", self.weights, "--adapter", self.adapter, "--out", self.root / "sum")
        for key in (below, start):
            self.refused(place, "run", "s", config, self.root, on, key, *NO_PHASE_1)
        # The run's own adapters are sound, and so is its base; it is said why the two cannot be parted.
        result = self.twofold("export", "stacked", self.root, "--to", "peft", self.root / "out")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(place, result.stdout)


if __name__ == "__main__":
    unittest.main()
