"""Weights out and in again: every family, both optimizers, every schedule."""
import json
import unittest

from support import LORA, RunTest

FAMILIES = ("llama", "qwen", "gpt", "gpt_neox")


def config_for(family):
    text = LORA.replace("llama/train/lora", f"{family}/train/lora")
    return text if family in ("llama", "qwen") else text.replace("  n_kv_head: 2\n", "")


class Families(RunTest):
    def test_every_family_trains_both_phases_and_its_export_is_taken_back(self):
        for family in FAMILIES:
            with self.subTest(family=family):
                # GPT-2's checkpoints have learned positions; the reference's own GPT has rotary ones.
                more = ["architecture.rope=false"] if family == "gpt" else []
                name, out = f"run-{family}", self.root / f"hf-{family}"
                self.run_job(name, self.config(config_for(family)), *more)
                exported = self.twofold("export", name, self.root, "--to", "merged", out)
                self.assertEqual(exported.returncode, 0, exported.stderr)
                config = json.loads((out / "config.json").read_text())
                self.assertEqual(config["torch_dtype"], "bfloat16")
                bare = f"job: {family}/train/lora\n" + LORA[LORA.index("logging:"):]
                again = self.run_job(f"again-{family}", self.config(bare), f"architecture.backbone.weights={out}",
                                     "training.pre_lora_tokens=[]", "training.pre_lora_dataset=[]",
                                     "architecture.dtype.activation=float32")
                self.assertIn("architecture/n_layers = 2", again.stdout)
                before = json.loads((self.final(name) / "state.json").read_text())["scores"]["end"]
                after = json.loads((self.final(f"again-{family}") / "state.json").read_text())["scores"]["start"]
                # Merged in bfloat16: close, not equal. The new run scores only what it trains on.
                self.assertAlmostEqual(before["second"], after["second"], delta=0.01 * before["second"])

    def test_an_existing_folder_is_not_written_over(self):
        self.run_job("r", self.config(LORA))
        (self.root / "out").mkdir()
        self.assert_refused(self.twofold("export", "r", self.root, "--to", "merged", self.root / "out"), "exists")


class Choices(RunTest):
    def test_every_schedule_and_optimizer_runs(self):
        config = self.config(LORA)
        for schedule in ("wsd", "wsds", "cosine", "cosine_rewarm", "constant"):
            self.run_job(schedule, config, f"optimization.schedule={schedule}",
                         "optimization.constant_pct=0.2")
            rates = [line["lr"] for line in self.metrics(schedule) if "loss" in line]
            self.assertLessEqual(max(rates[:25]), 0.003 + 1e-12)
            self.assertLessEqual(max(rates[25:]), 0.01 + 1e-12)
        self.run_job("muon", config, "optimization.optimizer=muon")
        losses = [line["loss"] for line in self.metrics("muon") if "loss" in line]
        self.assertLess(losses[24], losses[0])

    def test_bfloat16_activations_and_activation_checkpointing(self):
        config = self.config(LORA)
        self.run_job("plain", config)
        self.run_job("checkpointed", config, "architecture.checkpointing=true")
        self.assertEqual(self.metrics("plain"), self.metrics("checkpointed"))
        self.run_job("narrow", config, "architecture.dtype.activation=bfloat16")
        for one, other in zip(self.metrics("plain")[:6], self.metrics("narrow")[:6]):
            if "loss" in one:  # later the two paths part, as any rounding makes them
                self.assertAlmostEqual(one["loss"], other["loss"], delta=0.02)

    def test_dropout_is_resumed_to_the_bit(self):
        config = self.config(LORA)
        self.run_job("whole", config, "architecture.dropout=0.1")
        suffix = min((self.checkpoints("whole") / "ntoks").iterdir(), key=lambda p: int(p.name)).name
        self.run_job("again", config, "architecture.dropout=0.1", "--restore", f"general/default/whole/ntoks/{suffix}")
        whole = [l for l in self.metrics("whole") if "loss" in l]
        self.assertEqual([l for l in self.metrics("again") if "loss" in l], whole[int(suffix) // 64:])


if __name__ == "__main__":
    unittest.main()
