"""What a run keeps of the folders that it is from: without them it says that it is done, goes on, generates and exports
as with them."""
import json
import pathlib
import unittest

from support import LORA, NO_PHASE_1, RunTest, on_weights

BYTES = LORA.replace("optimization:", "tokenizer: {backend: bytes}\noptimization:", 1)
SAID = {"bos_token_id": 256, "eos_token_id": [3, 7, 11], "repetition_penalty": 1.7}
TEMPLATES = {"chat_template.jinja": "{{ messages }}", "additional_chat_templates/tool_use.jinja": "{{ tools }}"}


def texts(folder):
    """Every file that is no tensor, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".safetensors"}


class Gone(RunTest):
    def setUp(self):
        super().setUp()
        self.run_job("seed", self.config(BYTES), "training.pre_lora_tokens=[384]", "training.post_lora_tokens=[128]",
                     "architecture.block_size=32")
        self.model, self.moved = self.root / "model", self.root / "moved"
        self.export("seed", "merged", self.model, "--dtype", "float32")
        (self.model / "generation_config.json").write_text(json.dumps(SAID))
        for name, text in TEMPLATES.items():
            (self.model / name).parent.mkdir(exist_ok=True)
            (self.model / name).write_text(text)
        self.yaml = self.config(on_weights() + f"tokenizer: {{backend: huggingface, file: {self.model}}}\n", "fit.yaml")

    def export(self, name, to, out, *more):
        done = self.twofold("export", name, self.root, "--to", to, out, *more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("verified", done.stdout)
        return out

    def arguments(self, *more, weights=None):
        return (*NO_PHASE_1, f"architecture.backbone.weights={weights or self.model}", "architecture.block_size=16",
                "architecture.dtype.activation=float32", "optimization.schedule=constant",
                "optimization.lora.base_dtype=float32", *more)

    def fit(self, name, *more, code=0, **where):
        return self.run_job(name, self.yaml, *self.arguments(*more, **where), code=code)

    def move(self):
        self.model.rename(self.moved)

    def text(self, *model):
        done = self.twofold("generate", *model, "--prompt", "ab", "--tokens", "12", "--temperature", "0",
                            errors="surrogateescape")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


class Runs(Gone):
    def test_a_finished_run_says_so(self):
        self.fit("r", "logging.samples=2", "logging.sample_tokens=8")
        here = self.fit("r", "logging.samples=2", "logging.sample_tokens=8").stdout
        self.move()
        said = self.fit("r", "logging.samples=2", "logging.sample_tokens=8").stdout
        self.assertIn("r is done: 20 steps", said)
        self.assertEqual(said[said.index("Samples"):], here[here.index("Samples"):])
        self.assertRegex(said, r"model is not there: final/\S+ has what the run needs of it")
        # So it does where `configure` wrote every key.
        whole = self.root / "whole.yaml"
        done = self.twofold("configure", "llama/train/lora", whole, f"architecture.backbone.weights={self.moved}",
                            *(text for text in self.arguments() if "weights" not in text),
                            "training.batch_size=4", "training.validation_steps=8", "training.post_lora_tokens=[1280]",
                            "training.post_lora_dataset=[[{name: second, rate: 1.0, style: PMD}]]",
                            "optimization.lr=0.003", "optimization.lora.rank=4", "optimization.lora.alpha=8.0",
                            "optimization.lora.lr=0.01", "tokenizer.backend=huggingface",
                            f"tokenizer.file={self.model}")
        self.assertEqual(done.returncode, 0, done.stderr)
        whole.write_text(whole.read_text().replace(str(self.moved), str(self.model)))
        self.assertIn("r is done", self.run_job("r", whole).stdout)

    def test_an_unfinished_run_goes_on_to_the_same_end(self):
        more = "training.post_lora_tokens=[2560]"
        for name in ("here", "gone"):
            self.fit(name)
        self.fit("here", more)
        self.move()
        said = self.fit("gone", more).stdout
        self.assertIn("architecture/backbone/weights may be set anew", said)
        self.assertIn("continuing from final/1280", said)
        one, other = (self.checkpoints(name) / "final/2560" for name in ("here", "gone"))
        for file in sorted(one.rglob("*.safetensors")):
            self.assertEqual(file.read_bytes(), (other / file.name).read_bytes(), file.name)
        self.assertEqual(texts(one / "kept"), texts(other / "kept"))
        # Where the folder is now may be said; another architecture may not.
        self.assertNotIn("not there", self.fit("gone", more, f"tokenizer.file={self.moved}", weights=self.moved).stdout)
        refused = self.twofold("run", "gone", self.yaml, self.root, *self.arguments(more, "architecture.n_layers=3"))
        self.assert_refused(refused, "architecture/n_layers", "config.yaml")

    def test_another_run_starts_from_its_checkpoint(self):
        self.fit("r")
        self.move()
        said = self.fit("new", "training.post_lora_tokens=[2560]", "--restore", "general/default/r/final/1280").stdout
        self.assertIn("starting from", said)
        self.assertEqual(texts(self.final("new") / "kept"), texts(self.final("r") / "kept"))

    def test_without_a_checkpoint_there_is_nothing_to_begin_with(self):
        self.move()
        refused = self.twofold("run", "r", self.yaml, self.root, *self.arguments())
        self.assert_refused(refused, "architecture/backbone/weights", "no such folder", "architecture.backbone.weights=")

    def test_so_does_a_run_whose_adapters_are_gone(self):
        for key, value in (("from_adapter", "{}"), ("base_adapters", "['{}:0.5']")):
            with self.subTest(key):
                self.fit(f"{key}-first")
                adapter = self.export(f"{key}-first", "peft", self.root / f"{key}-adapter")
                option = f"optimization.lora.{key}={value.format(adapter)}"
                self.fit(key, option)
                adapter.rename(self.root / f"{key}-moved")
                self.assertIn("is done", self.fit(key, option).stdout)
                said = self.fit(key, option, "training.post_lora_tokens=[2560]").stdout
                self.assertIn("is not there", said)
                refused = self.twofold("run", f"{key}-anew", self.yaml, self.root, *self.arguments(option))
                self.assert_refused(refused, str(adapter))

    def test_so_does_one_with_new_tokens(self):
        tokens = "tokenizer.add_tokens=[<a>, <b>]"
        self.fit("r", tokens)
        encoded = self.export("r", "merged", self.root / "before")
        self.move()
        self.assertIn("is done", self.fit("r", tokens).stdout)
        self.assertIn("continuing", self.fit("r", tokens, "training.post_lora_tokens=[2560]").stdout)
        self.assertEqual(texts(encoded), texts(self.export("r", "merged", self.root / "after")))


class Uses(Gone):
    def test_exports_are_the_same_without_the_folder(self):
        self.fit("r")
        before = {to: self.export("r", to, self.root / f"{to}-before") for to in ("merged", "gguf")}
        text = self.text("r", self.root)
        self.assertEqual(text, self.text(self.export("r", "merged", self.root / "wide", "--dtype", "float32")))
        self.move()
        after = {to: self.export("r", to, self.root / f"{to}-after") for to in ("merged", "gguf")}
        self.assertEqual(before["gguf"].read_bytes(), after["gguf"].read_bytes())
        found = texts(after["merged"])
        self.assertEqual(found, texts(before["merged"]))
        self.assertEqual(json.loads(found["generation_config.json"]), SAID)
        for name, template in TEMPLATES.items():
            self.assertEqual(found[name].decode(), template)
        self.assertIn("tokenizer.json", found)
        self.assertEqual(text, self.text("r", self.root))
        self.export("r", "peft", self.root / "peft")

    def test_what_is_done_to_the_folder_later_is_not_done_to_the_run(self):
        self.fit("r")
        text = self.text("r", self.root)
        (self.model / "generation_config.json").write_text('{"eos_token_id": 1}')
        (self.model / "tokenizer.json").write_text((self.model / "tokenizer.json").read_text().replace('"a"', '"§"'))
        self.assertEqual(self.text("r", self.root), text)
        self.assertEqual(json.loads(texts(self.export("r", "merged", self.root / "out"))["generation_config.json"]), SAID)

    def test_a_run_without_tokenizer_files_is_not_exported_as_if_it_had_some(self):
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (self.model / name).unlink()
        self.run_job("r", self.config(on_weights(), "none.yaml"), *self.arguments())
        for to in ("merged", "gguf"):
            refused = self.twofold("export", "r", self.root, "--to", to, self.root / "out")
            self.assert_refused(refused, "--no-tokenizer")
            self.assertFalse((self.root / "out").exists())
            self.export("r", to, self.root / f"{to}-out", "--no-tokenizer")
        self.assertFalse(any("tokenizer" in name for name in texts(self.root / "merged-out")))
        refused = self.twofold("export", "r", self.root, "--to", "merged", self.root / "x", "--checkpoint", "nowhere")
        self.assert_refused(refused, "no such checkpoint")

    def test_a_tokenizer_that_comes_later_is_found(self):
        """As of a checkpoint that was saved before checkpoints kept files."""
        tokenizer = pathlib.Path(self.root / "tokenizer")
        late = f"tokenizer.file={tokenizer}"
        self.fit("r", late)
        self.assertEqual(list(texts(self.final("r") / "kept")), ["generation_config.json"])
        refused = self.twofold("export", "r", self.root, "--to", "merged", self.root / "out")
        self.assert_refused(refused, "there are no tokenizer files", str(tokenizer))
        tokenizer.mkdir()
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (self.model / name).rename(tokenizer / name)
        self.assertIn("tokenizer.json", texts(self.export("r", "merged", self.root / "out")))
        self.text("r", self.root)


class Generation(Gone):
    """A run generates as its folder does, and as the folder that is exported of it."""

    def same(self, name):
        self.fit(name, "training.post_lora_tokens=[64]", "optimization.lora.lr=1.0e-9")
        ids = [[97, 98], [40, 3, 7, 50, 60], [5]]
        wide = self.export(name, "merged", self.root / f"{name}-wide", "--dtype", "float32")
        options = ("--temperature", "0", "--tokens", "12")
        answers = [self.ask(ids, "generate", *model, *options) for model in ((name, self.root), (self.model,), (wide,))]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0], answers[2])
        for model in ((self.model,), (wide,)):
            self.assertEqual(self.text(*model), self.text(name, self.root))
        return answers[0]

    def test_end_tokens_and_penalty_are_the_folders(self):
        (self.model / "generation_config.json").unlink()
        plain = self.same("plain")
        drawn = plain[0]["ids"]
        self.assertGreater(len(drawn), 4)
        end = drawn[4]
        said = {"eos_token_id": [250, end]}
        (self.model / "generation_config.json").write_text(json.dumps(said))
        self.assertEqual(self.same("ends")[0]["ids"], drawn[:drawn.index(end)])
        (self.model / "generation_config.json").write_text(json.dumps({"eos_token_id": 250, "repetition_penalty": 30.0}))
        penalized = self.same("penalty")
        self.assertNotEqual(penalized, plain)
        self.assertEqual(len(set(penalized[0]["ids"])), len(penalized[0]["ids"]))

    def test_an_older_folder_says_it_in_its_config(self):
        (self.model / "generation_config.json").unlink()
        config = json.loads((self.model / "config.json").read_text())
        (self.model / "config.json").write_text(json.dumps(config | {"eos_token_id": [250], "repetition_penalty": 30.0}))
        ids = self.same("older")[0]["ids"]
        self.assertEqual(len(set(ids)), len(ids))

    def test_what_is_not_supported_is_refused_for_both(self):
        (self.model / "generation_config.json").write_text('{"num_beams": 4}')
        self.fit("r")
        for model in ((self.model,), ("r", self.root)):
            self.assert_refused(self.twofold("generate", *model, "--prompt", "a"), "num_beams")


if __name__ == "__main__":
    unittest.main()
