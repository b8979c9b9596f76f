"""twofold inspect: every kind of thing it knows, and a clear no to everything else."""
import json
import unittest

from support import LORA, MODELS, SHARED_DATA, SOURCE, RunTest, make_padded, needs_shared_data


class Inspect(RunTest):
    def shown(self, path, *fragments):
        result = self.twofold("inspect", path)
        self.assertEqual(result.returncode, 0, result.stderr)
        for fragment in fragments:
            self.assertIn(fragment, result.stdout)
        return result.stdout

    def test_what_a_run_leaves(self):
        self.run_job("r", self.config(LORA))
        self.shown(self.final("r"), "phase", "every checksum right", "rank 4, alpha 8, targets kernel", "adapters")
        self.twofold("export", "r", self.root, "--to", "merged", self.root / "hf", "--no-tokenizer")
        self.shown(self.root / "hf", "llama/train/lora", "21 BF16", "35,040", "backbone/weights", "block_size")
        self.shown(self.root / "hf/model.safetensors", "model.layers.0.mlp.up_proj.weight", "[64, 32]")
        self.twofold("export", "r", self.root, "--to", "gguf", self.root / "r.gguf", "--no-tokenizer")
        self.shown(self.root / "r.gguf", "blk.0.attn_q.weight", "general.architecture", "for llama.cpp")
        self.twofold("export", "r", self.root, "--to", "gguf-lora", self.root / "l.gguf")
        self.shown(self.root / "l.gguf", "adapter.lora.alpha", "lora_a", "--lora")
        base = self.final("r") / "base.safetensors"
        base.write_bytes(base.read_bytes() + b"x")
        self.assert_refused(self.twofold("inspect", self.final("r")), "base.safetensors")

    def test_a_file_of_a_known_kind_is_named(self):
        for name in ("model.gguf", "notes.txt"):
            (self.root / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
            self.assert_refused(self.twofold("inspect", self.root / name), "git-lfs pointer", "git lfs pull")

    def test_datasets(self):
        make_padded(self.root, "rows")
        self.shown(self.root / "data/first", "PMD", "2,600", "largest id", "{name: first, rate: 1.0, style: PMD}")
        self.shown(self.root / "data/rows", "PADDED", "64 of 17", "trained on")
        (self.root / "data/rows/train.bin").write_bytes(b"1234" * 3)
        self.assert_refused(self.twofold("inspect", self.root / "data/rows"), "shape.json")

    def test_a_model_that_twofold_refuses_is_shown_with_the_reason(self):
        folder = self.root / "odd"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"model_type": "mamba", "hidden_size": 8}))
        self.assertIn("mamba", self.shown(folder, "refuses it"))

    def test_an_adapter(self):
        folder = self.root / "adapter"
        folder.mkdir()
        (folder / "adapter_config.json").write_text(json.dumps(
            {"peft_type": "LORA", "r": 8, "target_modules": ["q_proj"], "use_dora": False, "bias": "none"}))
        text = self.shown(folder, "LORA", "q_proj", "no adapter_model.safetensors", "from_adapter")
        self.assertNotIn("use_dora", text)
        (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LOHA", "r": 8, "target_modules": ["q"]}))
        self.shown(folder, "refuses it", "peft_type", "LOHA")

    def test_tokenizers_of_every_kind(self):
        (self.root / "merges.txt").write_text("#version: 0.2\nh e\n")
        alphabet = {letter: i for i, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
        (self.root / "vocab.json").write_text(json.dumps({**alphabet, "he": 26, "<|endoftext|>": 27}))
        self.shown(self.root / "vocab.json", "Tokenizer", "28")
        self.shown(self.root / "merges.txt", "Tokenizer", "28")
        (self.root / "tokenizer.json").write_text(json.dumps({"model": {"type": "WordPiece", "vocab": {"a": 0}}}))
        self.shown(self.root / "tokenizer.json", "refuses it", "WordPiece")
        self.shown(MODELS / "stories260K/tok512.bin", "512")

    @needs_shared_data
    def test_a_file_of_ranks(self):
        self.shown(SHARED_DATA / "tokenizers/tiktoken/cl100k_base.tiktoken", "100,277", "9906 11 1917")

    def test_anything_else_is_one_error(self):
        (self.root / "text.txt").write_text("hello")
        self.assert_refused(self.twofold("inspect", self.root / "text.txt"), "does not know what this is")
        self.assert_refused(self.twofold("inspect", self.root / "nothing"), "no such file")
        self.run_job("r", self.config(LORA))
        self.assert_refused(self.twofold("inspect", self.root), "twofold checkpoints")
        (self.root / "damaged.gguf").write_bytes(b"GGUF" + bytes(12))
        self.assert_refused(self.twofold("inspect", self.root / "damaged.gguf"), "version is not supported")


class Exports(RunTest):
    def test_an_export_that_cannot_be_is_refused_and_leaves_nothing(self):
        self.run_job("r", self.config(LORA))
        out = self.root / "x"
        self.assert_refused(self.twofold("export", "r", self.root, "--to", "ggug", out), "did you mean `gguf`?")
        self.assert_refused(self.twofold("export", "r", self.root, "--to", "gguf", out, "--dtype", "q4"), "q8_0")
        self.assert_refused(self.twofold("export", "r", self.root, "--to", "gguf-lora", out, "--checkpoint",
                                         "pre_lora_checkpoint"), "no adapter")
        self.assert_refused(self.twofold("export", "r", self.root, "--to", "gguf-lora", out, "--adapters-off"),
                            "no adapter")
        self.assertEqual([p.name for p in self.root.iterdir() if p.name.startswith("x")], [])


if __name__ == "__main__":
    unittest.main()
