"""Weights out and in again: every family, both optimizers, every schedule."""
import json
import os
import unittest

from support import LORA, NO_PHASE_1, RunTest, on_weights

GEMMA = ("norm_offset=true", "scale_embedding=true", "hidden_act=gelu_tanh", "tie_word_embeddings=true")
# What is trained: a family and settings of its architecture; and the model_type of its export.
VARIANTS = {
    "llama": ("llama", (), "llama"),
    "qwen": ("qwen", (), "qwen2"),
    # GPT-2's checkpoints have learned positions; the reference's own GPT has rotary ones.
    "gpt": ("gpt", ("rope=false",), "gpt2"),
    "gpt_neox": ("gpt_neox", (), "gpt_neox"),
    "mistral": ("llama", ("sliding_window=5",), "mistral"),
    "smollm3": ("llama", ("no_rope_interval=2",), "smollm3"),
    "qwen3": ("qwen", ("qk_norm=true", "attention_bias=false", "head_dim=10"), "qwen3"),
    "gemma": ("llama", GEMMA, "gemma"),
    "gemma2": ("llama", (*GEMMA, "post_norms=true", "sliding_window=5", "sliding_window_pattern=2",
                         "attn_logit_softcapping=5", "final_logit_softcapping=9"), "gemma2"),
    "gemma3": ("llama", (*GEMMA, "post_norms=true", "qk_norm=true", "sliding_window=5", "sliding_window_pattern=2",
                         "rope_local_theta=500"), "gemma3_text"),
    "longrope": ("llama", ("rope_scaling.rope_type=longrope", "rope_scaling.factor=2",
                           "rope_scaling.original_max_position_embeddings=8",
                           "rope_scaling.short_factor=[1,1,1,2]", "rope_scaling.long_factor=[1,2,3,4]"), "llama"),
}


def config_for(family):
    text = LORA.replace("llama/train/lora", f"{family}/train/lora")
    return text if family in ("llama", "qwen") else text.replace("  n_kv_head: 2\n", "")


class Families(RunTest):
    def loss_of(self, *model):
        done = self.twofold("score", *model, "--ids", "-", input=json.dumps({"ids": list(range(40, 55))}) + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["loss"]

    def test_every_family_trains_both_phases_and_its_export_is_taken_back(self):
        for name, (family, settings, model_type) in VARIANTS.items():
            with self.subTest(name):
                out = self.root / f"hf-{name}"
                self.run_job(name, self.config(config_for(family)), *("architecture." + text for text in settings))
                exported = self.twofold("export", name, self.root, "--to", "merged", out, "--no-tokenizer")
                self.assertEqual(exported.returncode, 0, exported.stderr)
                config = json.loads((out / "config.json").read_text())
                self.assertEqual(config["torch_dtype"], "bfloat16")
                self.assertEqual(config["model_type"], model_type)
                again = self.run_job(f"again-{name}", self.config(on_weights(family)), *NO_PHASE_1,
                                     f"architecture.backbone.weights={out}", "architecture.dtype.activation=float32")
                self.assertIn("architecture/n_layers = 2", again.stdout)
                before = json.loads((self.final(name) / "state.json").read_text())["scores"]["end"]
                after = json.loads((self.final(f"again-{name}") / "state.json").read_text())["scores"]["start"]
                # Merged in bfloat16: close, not equal. The new run scores only what it trains on.
                self.assertAlmostEqual(before["second"], after["second"], delta=0.01 * before["second"])
                loss = self.loss_of(name, self.root)
                self.assertAlmostEqual(self.loss_of(out), loss, delta=0.01 * loss)
                self.assertNotEqual(self.loss_of(name, self.root, "--adapters-off"), loss)

    def test_a_line_scores_the_same_alone_and_after_others(self):
        """From the second line on, weights are float32 that were stored in less."""
        line = json.dumps({"ids": list(range(40, 55))}) + "\n"
        for dtype in ("bfloat16", "nf4"):
            self.run_job(dtype, self.config(LORA), f"optimization.lora.base_dtype={dtype}")
        self.twofold("export", "bfloat16", self.root, "--to", "merged", self.root / "out", "--dtype", "bfloat16",
                     "--no-tokenizer")
        for model in (("bfloat16", self.root), ("nf4", self.root), (self.root / "out",)):
            alone, together = (self.twofold("score", *model, "--ids", "-", input=text).stdout for text in (line, 3 * line))
            self.assertTrue(alone)
            self.assertEqual(3 * alone, together)

    def test_an_existing_folder_is_not_written_over(self):
        self.run_job("r", self.config(LORA))
        (self.root / "out").mkdir()
        self.assert_refused(self.twofold("export", "r", self.root, "--to", "merged", self.root / "out"), "exists")


class HubCache(RunTest):
    """A model in the cache of Hugging Face's programs, by the root of its entry or by its name."""

    def setUp(self):
        super().setUp()
        self.run_job("r", self.config(LORA))
        self.entry = self.root / "home/hub/models--org--name"
        snapshot = self.entry / "snapshots/0123abc"
        self.plain = self.root / "plain"
        self.assertEqual(self.twofold("export", "r", self.root, "--to", "merged", self.plain, "--no-tokenizer").returncode, 0)
        (self.plain / "tokenizer.json").write_text(json.dumps(
            {"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}))
        (self.entry / "blobs").mkdir(parents=True)
        snapshot.mkdir(parents=True)
        for number, file in enumerate(self.plain.iterdir()):  # as huggingface_hub lays it out
            (self.entry / f"blobs/{number}").write_bytes(file.read_bytes())
            (snapshot / file.name).symlink_to(f"../../blobs/{number}")
        (self.entry / "refs").mkdir()
        (self.entry / "refs/main").write_text("0123abc")
        self.environment = {**os.environ, "HF_HOME": str(self.root / "home")}
        self.environment.pop("HF_HUB_CACHE", None)

    def said(self, *arguments, **options):
        done = self.twofold(*arguments, env=self.environment, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_is_used_by_every_command(self):
        line = json.dumps({"ids": [40, 41, 42]}) + "\n"
        scored = self.said("score", self.plain, "--ids", "-", input=line)
        for name in (self.entry, "org/name"):
            self.assertEqual(self.said("score", name, "--ids", "-", input=line), scored)
            self.assertEqual(self.said("encode", "--tokenizer", name, input='{"text": "ab"}\n'), '{"ids":[0,1]}\n')
            self.assertIn("snapshots/0123abc", self.said("inspect", name))

    def test_is_the_base_of_a_run_and_of_what_is_exported(self):
        config = self.config(on_weights() + "\ntokenizer: {backend: hf, name: org/name}\n", "again.yaml")
        said = self.said("run", "s", config, self.root, "architecture.backbone.weights=org/name", *NO_PHASE_1)
        self.assertIn("snapshots/0123abc/config.json", said)
        self.said("export", "s", self.root, "--to", "peft", self.root / "peft")
        adapter = json.loads((self.root / "peft/adapter_config.json").read_text())
        self.assertEqual(adapter["base_model_name_or_path"], "org/name")
        (self.root / "peft").rename(self.root / "home/hub/moved")
        entry = self.root / "home/hub/models--org--adapter/snapshots"
        (entry.parent / "refs").mkdir(parents=True)
        entry.mkdir()
        (self.root / "home/hub/moved").rename(entry / "1")
        row = json.dumps({"ids": [40, 41]}) + "\n"
        with_adapter = self.said("score", "org/name", "--adapter", "org/adapter", "--ids", "-", input=row)
        self.assertEqual(self.said("score", self.plain, "--adapter", entry / "1", "--ids", "-", input=row), with_adapter)
        self.assertNotEqual(self.said("score", self.plain, "--ids", "-", input=row), with_adapter)

    def test_what_it_does_not_hold_is_said(self):
        for arguments in (("score", "org/none", "--ids", "-"), ("inspect", "org/none")):
            self.assert_refused(self.twofold(*arguments, env=self.environment, input=""), "models--org--none")
        config = self.config(on_weights(), "again.yaml")
        refused = self.twofold("run", "s", config, self.root, "architecture.backbone.weights=org/none",
                               env=self.environment)
        self.assert_refused(refused, "org/none")


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
        dropout = ["architecture.dropout=0.1", "architecture.attn_dropout=0.1"]
        self.run_job("whole", config, *dropout)
        suffix = min((self.checkpoints("whole") / "ntoks").iterdir(), key=lambda p: int(p.name)).name
        self.run_job("again", config, *dropout, "--restore", f"general/default/whole/ntoks/{suffix}")
        whole = [l for l in self.metrics("whole") if "loss" in l]
        self.assertEqual([l for l in self.metrics("again") if "loss" in l], whole[int(suffix) // 64:])


if __name__ == "__main__":
    unittest.main()
