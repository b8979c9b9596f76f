"""Exports of runs that began from a folder: what is written belongs where it says, and nothing is lost."""
import json
import shutil
import struct
import unittest

from support import LORA, NO_PHASE_1, RunTest, on_weights

IDS = [(7 * i + 40) % 257 for i in range(14)]


class Export(RunTest):
    def setUp(self):
        super().setUp()
        self.run_job("seed", self.config(LORA), "architecture.block_size=32", "architecture.eos_token_id=[3]")
        self.model = self.export("seed", "merged", "model", "--dtype", "float32")[0]

    def export(self, name, format, out, *more):
        if format == "merged":
            more = (*more, "--no-tokenizer")  # these runs have none
        done = self.twofold("export", name, self.root, "--to", format, self.root / out, *more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return self.root / out, done.stdout + done.stderr

    def fit(self, name, *overrides, family="llama", weights=None, phase_1=False):
        """A run of rows of 16 tokens on the folder, whose context is 32."""
        return self.run_job(name, self.config(on_weights(family), f"{name}.yaml"), *(() if phase_1 else NO_PHASE_1),
                            f"architecture.backbone.weights={weights or self.model}", "architecture.block_size=16",
                            "architecture.dtype.activation=float32", *overrides)

    def loss(self, *model):
        done = self.twofold("score", *model, "--ids", "-", input=json.dumps({"ids": IDS}) + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["loss"]


class AdaptersAlone(Export):
    def adapter(self, name, *overrides, dtype="float32", phase_1=False):
        """Trains, exports; (the folder, its adapter_config, what was said, the run's loss)."""
        self.fit(name, f"optimization.lora.base_dtype={dtype}", *overrides, phase_1=phase_1)
        out, said = self.export(name, "peft", f"{name}-peft")
        return out, json.loads((out / "adapter_config.json").read_text()), said, self.loss(name, self.root)

    def test_on_the_folder_that_they_name(self):
        for name, override in (("plain", "init=reference"), ("pissa", "init=pissa"),
                               ("whole", "modules_to_save=[ln_f, lm_head]")):
            with self.subTest(name):
                out, config, said, loss = self.adapter(name, f"optimization.lora.{override}")
                self.assertEqual(config["base_model_name_or_path"], str(self.model))
                self.assertIn(f"on {self.model} as its files are", said)
                self.assertIn("vLLM does not serve these adapters (modules trained whole)" if name == "whole" else
                              "--enable-lora --max-lora-rank 8", said)
                self.assertAlmostEqual(self.loss(self.model, "--adapter", out), loss, delta=2e-5)

    def test_a_rounded_base_is_told_apart_from_the_files(self):
        for dtype in ("bfloat16", "nf4"):
            with self.subTest(dtype):
                out, config, said, loss = self.adapter(dtype, dtype=dtype)
                self.assertIn(f"the run's base is in {dtype}", said)
                self.assertIn("base_model_name_or_path", config)
                self.assertNotAlmostEqual(self.loss(self.model, "--adapter", out), loss, delta=1e-6)

    def test_with_those_that_were_added_to_the_base_they_are_one(self):
        first, *_ = self.adapter("first")
        for name, init in (("second", "reference"), ("started", "pissa")):
            out, config, said, loss = self.adapter(
                name, f"optimization.lora.base_adapters=['{first}:0.5']", "optimization.lora.rank=3",
                f"optimization.lora.init={init}")
            self.assertEqual(config["r"], 4 + (3 if init == "reference" else 6))
            self.assertEqual(config["base_model_name_or_path"], str(self.model))
            self.assertAlmostEqual(self.loss(self.model, "--adapter", out), loss, delta=2e-5)
        _, said = self.export("second", "gguf-lora", "second.gguf")
        self.assertIn(f"on {self.model} as its files are", said)
        self.fit("dora", f"optimization.lora.base_adapters=['{first}']", "optimization.lora.dora=true")
        for format in ("peft", "gguf-lora"):
            refused = self.twofold("export", "dora", self.root, "--to", format, self.root / "no")
            self.assert_refused(refused, "cannot")
        self.assertFalse((self.root / "no").exists())
        self.assertEqual([p.name for p in self.root.iterdir() if "tmp" in p.name or ".own" in p.name], [])

    def test_a_base_that_phase_1_has_trained_is_not_called_the_folder(self):
        for name, init in (("trained", "reference"), ("taken", "pissa")):
            with self.subTest(name):
                out, config, said, loss = self.adapter(name, f"optimization.lora.init={init}", phase_1=True)
                self.assertNotIn("base_model_name_or_path", config)
                self.assertIn("phase 1 has trained", said)
                self.assertIn("--to merged --adapters-off", said)
                base, _ = self.export(name, "merged", f"{name}-base", "--adapters-off", "--dtype", "float32")
                self.assertAlmostEqual(self.loss(base, "--adapter", out), loss, delta=2e-5)
        _, said = self.export("trained", "gguf-lora", "trained.gguf")
        self.assertIn("--to gguf --adapters-off", said)

    def test_a_base_that_came_from_another_checkpoint_is_not_called_the_folder(self):
        self.fit("long", phase_1=True)
        self.fit("short", "--restore", "general/default/long/pre_lora_checkpoint")
        out, said = self.export("short", "peft", "short-peft")
        self.assertNotIn("base_model_name_or_path", (out / "adapter_config.json").read_text())
        self.assertIn("is not what is in", said)

    def test_a_folder_that_is_gone_is_not_named(self):
        self.fit("r")
        shutil.rmtree(self.model)
        out, said = self.export("r", "peft", "out")
        self.assertNotIn("base_model_name_or_path", (out / "adapter_config.json").read_text())
        self.assertIn("cannot be read any more", said)

    def test_without_adapters_there_is_nothing_to_write(self):
        self.fit("r")
        for format in ("peft", "gguf-lora"):
            refused = self.twofold("export", "r", self.root, "--to", format, self.root / "out", "--adapters-off")
            self.assert_refused(refused, f"--to {format}", "--adapters-off")
        refused = self.twofold("export", "r", self.root, "--to", "peft", self.root / "out", "--dtype", "bfloat16")
        self.assert_refused(refused, "expected: float32\n")


def put(file, tensor, row, column, value):
    """Sets a number of a float32 matrix in a safetensors file."""
    data = bytearray(file.read_bytes())
    size = int.from_bytes(data[:8], "little")
    entry = json.loads(data[8:8 + size])[tensor]
    at = 8 + size + entry["data_offsets"][0] + 4 * (row * entry["shape"][1] + column)
    data[at:at + 4] = struct.pack("<f", value)
    file.write_bytes(data)


class WholeModels(Export):
    def test_a_number_that_the_dtype_cannot_hold_is_not_published(self):
        """In a row that no probe reads: no data has its token."""
        put(self.model / "model.safetensors", "model.embed_tokens.weight", 200, 3, 70000.0)
        self.fit("r", "optimization.lora.base_dtype=float32")
        for to, narrow, wide in (("merged", "float16", "bfloat16"), ("gguf", "f16", "bf16")):
            refused = self.twofold("export", "r", self.root, "--to", to, self.root / "out", "--dtype", narrow,
                                   "--no-tokenizer")
            self.assert_refused(refused, f"does not fit into {narrow}", "wte[200, 3]", "70000", "inf", f"--dtype {wide}")
            self.assertFalse((self.root / "out").exists())
            self.export("r", to, f"{to}-out", "--dtype", wide, "--no-tokenizer")

    def test_what_the_folder_said_is_kept(self):
        said = {"bos_token_id": 1, "eos_token_id": [2, 5], "do_sample": True, "temperature": 0.6, "top_p": 0.9}
        (self.model / "generation_config.json").write_text(json.dumps(said))
        config = json.loads((self.model / "config.json").read_text())
        self.assertEqual((config["max_position_embeddings"], config["pad_token_id"]), (32, None))
        config["pad_token_id"] = 7
        (self.model / "config.json").write_text(json.dumps(config))
        self.fit("r")
        out, _ = self.export("r", "merged", "out")
        self.assertEqual(json.loads((out / "generation_config.json").read_text()), said)
        config = json.loads((out / "config.json").read_text())
        self.assertEqual((config["max_position_embeddings"], config["pad_token_id"]), (32, 7))
        gguf, _ = self.export("r", "gguf", "out.gguf", "--no-tokenizer")
        shown = self.twofold("inspect", gguf).stdout
        self.assertRegex(shown, r"context_length\s+32\b")

    def test_a_run_of_shorter_rows_keeps_the_context_of_its_weights(self):
        self.fit("r", "optimization.lora.base_dtype=float32")  # rows of 16
        out, _ = self.export("r", "merged", "out", "--dtype", "float32")
        long = json.dumps({"ids": (IDS + IDS + IDS)[:32]}) + "\n"
        scores = [self.twofold("score", *model, "--ids", "-", input=long).stdout for model in (("r", self.root), (out,))]
        self.assertAlmostEqual(*(json.loads(text)["loss"] for text in scores), delta=2e-5)
        prompt = json.dumps({"ids": IDS + IDS[:6]}) + "\n"
        texts = [self.twofold("generate", *model, "--ids", "-", "--tokens", "8", "--temperature", "0", input=prompt)
                 for model in (("r", self.root), (out,))]
        self.assertEqual(texts[0].returncode, 0, texts[0].stderr)
        self.assertEqual(texts[0].stdout, texts[1].stdout)
        beyond = json.dumps({"ids": IDS + IDS + IDS}) + "\n"
        self.assert_refused(self.twofold("score", "r", self.root, "--ids", "-", input=beyond), "at most 32")

    def test_learned_positions_beyond_the_rows_are_kept(self):
        text = LORA.replace("llama/", "gpt/").replace("  n_kv_head: 2\n", "")
        self.run_job("gpt", self.config(text), "architecture.block_size=32", "architecture.rope=false")
        folder, _ = self.export("gpt", "merged", "gpt-model", "--dtype", "float32")
        self.fit("r", family="gpt", weights=folder)
        out, _ = self.export("r", "merged", "out", "--adapters-off", "--dtype", "float32")
        self.assertEqual(json.loads((out / "config.json").read_text())["n_positions"], 32)
        long = json.dumps({"ids": IDS + IDS}) + "\n"
        scores = [self.twofold("score", model, "--ids", "-", input=long).stdout for model in (folder, out)]
        self.assertAlmostEqual(*(json.loads(text)["loss"] for text in scores), delta=0.02)  # frozen in bfloat16


class Combine(Export):
    def test_a_rank_that_cannot_be_had_is_refused(self):
        self.fit("r")
        adapter, _ = self.export("r", "peft", "adapter")
        for more in (("--method", "svd", "--rank", "-3"), ("--method", "cat", "--rank", "2"),
                     ("--method", "linear", "--rank", "2")):
            refused = self.twofold("combine", self.model, "--adapter", adapter, "--out", self.root / "out", *more)
            self.assert_refused(refused, "--rank")


if __name__ == "__main__":
    unittest.main()
