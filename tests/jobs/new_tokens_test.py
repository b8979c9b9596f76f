"""tokenizer/add_tokens through whole runs: data, rows that grow and train, restarts, exports, refusals."""
import json
import random
import struct
import subprocess
import time
import unittest

from support import ARCHITECTURE, BINARY, LOGGING, PRETRAIN, RunTest

TUNE = "job: llama/train/lora" + LOGGING + """
architecture: {dtype: {activation: float32}}
tokenizer: {backend: bytes, add_tokens: [<a>, <b>]}
optimization:
  lora: {rank: 4, alpha: 8.0, lr: 0.01, base_dtype: float32}
training:
  batch_size: 4
  validation_steps: 4
  pre_lora_tokens: []
  pre_lora_dataset: []
  post_lora_tokens: [1280]
  post_lora_dataset: [[{name: marked, rate: 1.0, style: PMD}]]
"""
A, B = 257, 258  # bytes has 257 tokens


def tensors(path):
    """name -> (dtype, shape, bytes) of a safetensors file."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    body = data[8 + size:]
    return {name: (entry["dtype"], entry["shape"], body[slice(*entry["data_offsets"])])
            for name, entry in header.items()}


def rows(tensor, begin, end):
    dtype, (_, width), data = tensor
    size = width * {"F32": 4, "BF16": 2}[dtype]
    return data[begin * size:end * size]


def floats(data):
    return struct.unpack(f"<{len(data) // 4}f", data)


class NewTokens(RunTest):
    """A folder of weights with 257 rows, and text with two new tokens."""

    def setUp(self):
        super().setUp()
        self.run_job("base", self.config(PRETRAIN), "training.tokens=640")
        self.weights = self.root / "weights"
        self.export("base", "merged", self.weights, "--no-tokenizer")
        rng = random.Random(3)
        words = ["ab", "ba", "<a>", "<b>", " ", "abc", "c<a>"]
        text = "\n".join("".join(rng.choice(words) for _ in range(40)) for _ in range(60))
        (self.root / "marked.txt").write_text(text)
        self.tokenize("marked", "[<a>, <b>]")
        self.tune = self.config(TUNE.replace("architecture: {", "architecture: {backbone: {weights: %s}, "
                                             % self.weights), "tune.yaml")

    def tokenize(self, dataset, tokens, backend="bytes", code=0, **options):
        config = self.config(f"job: data/tokenize_variable_dataset\ntokenizer: {{backend: {backend}}}\n"
                             f"data: {{dataset: {dataset}, source: {self.root / 'marked.txt'}, val_pct: 0.1}}\n",
                             "tokenize.yaml")
        more = [f"tokenizer.{key}={value}" for key, value in options.items()]
        result = self.twofold("tokenize", config, self.root, f"tokenizer.add_tokens={tokens}", *more)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def export(self, name, to, out, *more, code=0, root=None):
        result = self.twofold("export", name, root or self.root, "--to", to, out, *more)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def ids(self, name):
        data = (self.root / "data" / name / "train.bin").read_bytes()
        return struct.unpack(f"<{len(data) // 4}i", data)

    def loss(self, *model, ids=(97, A, 98, B, 97, 99, A)):
        done = self.twofold("score", *model, "--ids", "-", input=json.dumps({"ids": list(ids)}) + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["loss"]


class Data(NewTokens):
    def test_a_dataset_holds_the_new_ids_and_remembers_them(self):
        ids = self.ids("marked")
        self.assertIn(A, ids)
        self.assertIn(B, ids)
        self.assertNotIn(ord("<"), ids)
        self.assertIn("is done", self.tokenize("marked", "[<a>, <b>]").stdout)
        result = self.tokenize("marked", "[<b>, <a>]", code=2)
        self.assertIn("add_tokens", result.stderr + result.stdout)


class Training(NewTokens):
    def test_only_the_new_rows_and_the_adapters_are_trained(self):
        result = self.run_job("r", self.tune)
        self.assertIn("grow from 257 to 259", result.stdout)
        self.assertIn("rows of tables", result.stdout)
        final = self.final("r")
        state = json.loads((final / "state.json").read_text())
        self.assertEqual(state["trained_rows"], {"lm_head": [A, B], "wte": [A, B]})
        self.assertEqual(state["scores"]["adapters_off"], state["scores"]["frozen"])
        self.assertLess(state["scores"]["end"]["marked"], state["scores"]["frozen"]["marked"])
        before = tensors(self.weights / "model.safetensors")
        base, trained = tensors(final / "base.safetensors"), tensors(final / "adapters.safetensors")
        for ours, theirs in (("wte", "model.embed_tokens.weight"), ("lm_head", "lm_head.weight")):
            self.assertEqual(base[ours][1], [259, 32])
            known = before[theirs]
            self.assertEqual(rows(base[ours], 0, 257), rows(known, 0, 257))
            first, second = rows(base[ours], 257, 258), rows(base[ours], 258, 259)
            self.assertEqual(first, second)
            columns = list(zip(*[iter(floats(rows(known, 0, 257)))] * 32))
            for value, column in zip(floats(first), zip(*columns)):
                self.assertAlmostEqual(value, sum(column) / 257, delta=1e-6)
            self.assertEqual(trained[f"{ours}/rows"][:2], ("F32", [2, 32]))
            self.assertNotEqual(rows(trained[f"{ours}/rows"], 0, 1), first)
            self.assertNotEqual(rows(trained[f"{ours}/rows"], 0, 1), rows(trained[f"{ours}/rows"], 1, 2))

        self.export("r", "merged", self.root / "merged")
        after = tensors(self.root / "merged/model.safetensors")
        for name in ("model.embed_tokens.weight", "lm_head.weight"):
            self.assertEqual(rows(after[name], 0, 257), rows(before[name], 0, 257))
        self.assertEqual(rows(after["lm_head.weight"], A, B + 1), trained["lm_head/rows"][2])
        self.assertEqual(after["model.norm.weight"], before["model.norm.weight"])
        self.assertEqual(json.loads((self.root / "merged/config.json").read_text())["vocab_size"], 259)
        self.assertAlmostEqual(self.loss(self.root / "merged"), self.loss("r", self.root), delta=1e-5)
        self.assertNotAlmostEqual(self.loss("r", self.root, "--adapters-off"), self.loss("r", self.root), delta=0.1)

    def test_every_table_may_be_quantised_packed_or_adapted_beside_its_rows(self):
        for name, options in {
                "bfloat16": ["base_dtype=bfloat16"], "nf4": ["base_dtype=nf4"],
                "beside": ["target_modules=[kernel, wte, lm_head]", "init=kaiming"],
                "whole": ["modules_to_save=[lm_head]"]}.items():
            with self.subTest(name):
                self.run_job(name, self.tune, *(f"optimization.lora.{option}" for option in options))
                scores = json.loads((self.final(name) / "state.json").read_text())["scores"]
                self.assertEqual(scores["adapters_off"], scores["frozen"])
                self.assertLess(scores["end"]["marked"], scores["frozen"]["marked"])
                self.export(name, "merged", self.root / f"merged-{name}", "--dtype", "float32")
        self.assertNotIn("lm_head/rows", tensors(self.final("whole") / "adapters.safetensors"))
        refused = self.export("beside", "peft", self.root / "peft", code=2)
        self.assert_refused(refused, "PEFT", "lm_head" if "lm_head" in refused.stderr else "wte")

    def test_a_tied_table_is_both_and_phase_1_comes_before(self):
        config = self.config("job: llama/train/lora" + ARCHITECTURE.replace("257", "260") + TUNE[TUNE.index("\nlogging"):]
                             .replace("architecture: {dtype: {activation: float32}}\n", "")
                             .replace("pre_lora_tokens: []", "pre_lora_tokens: [640]")
                             .replace("pre_lora_dataset: []", "pre_lora_dataset: [[{name: marked, rate: 1.0, style: PMD}]]"))
        self.run_job("r", config, "architecture.tie_word_embeddings=true")
        trained = tensors(self.final("r") / "adapters.safetensors")
        self.assertEqual(trained["wte/rows"][1], [2, 32])
        self.assertNotIn("lm_head/rows", trained)
        base = tensors(self.final("r") / "base.safetensors")["wte"]
        self.assertNotEqual(rows(base, A, B), rows(base, B, B + 1))  # phase 1 trained them, each by itself
        self.export("r", "merged", self.root / "merged", "--dtype", "float32")
        self.assertAlmostEqual(self.loss(self.root / "merged"), self.loss("r", self.root), delta=1e-5)

    def test_a_token_that_does_not_occur_is_told(self):
        self.tokenize("both", "[<a>, <b>, <c>]")
        result = self.run_job("r", self.tune, "tokenizer.add_tokens=[<a>, <b>, <c>]",
                              "training.post_lora_dataset=[[{name: both, rate: 1.0, style: PMD}]]")
        self.assertIn("1 of the 3 tokens", result.stdout + result.stderr)
        self.assertIn("`<c>`", result.stdout + result.stderr)
        trained, base = tensors(self.final("r") / "adapters.safetensors"), tensors(self.final("r") / "base.safetensors")
        self.assertEqual(rows(trained["wte/rows"], 2, 3), rows(base["wte"], 259, 260))
        self.assertNotEqual(rows(trained["lm_head/rows"], 2, 3), rows(base["lm_head"], 259, 260))

    def test_a_run_generates_and_reads_them(self):
        self.run_job("r", self.tune)
        done = self.twofold("generate", "r", self.root, "--prompt", "ab<a>", "--tokens", "8", "--temperature", "0",
                            errors="replace")
        self.assertEqual(done.returncode, 0, done.stderr)
        ids = self.twofold("generate", "r", self.root, "--prompt", "<a><b><a><b><a><b><a><b>", "--tokens", "8",
                           errors="replace")
        self.assertEqual(ids.returncode, 0, ids.stderr)  # eight ids, not 24: the context holds 16


class Restart(NewTokens):
    def test_killed_and_resumed_runs_end_with_the_same_bytes(self):
        self.run_job("r", self.tune)
        rng = random.Random(7)
        for number in range(4):
            name = f"killed{number}"
            process = subprocess.Popen([str(BINARY), "run", name, str(self.tune), str(self.root)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            steps = rng.randrange(1, 18)
            metrics = self.results(name) / "metrics.jsonl"
            while process.poll() is None and not (
                    metrics.exists() and metrics.read_text().count('"loss"') >= steps):
                time.sleep(0.002)
            process.kill()
            process.wait()
            self.run_job(name, self.tune)
            self.assert_same_run("r", self.root, name, self.root)

    def test_from_a_checkpoint_in_phase_2(self):
        self.run_job("r", self.tune)
        suffix = max((self.checkpoints("r") / "ntoks").iterdir(), key=lambda p: int(p.name)).name
        self.run_job("again", self.tune, "--restore", f"general/default/r/ntoks/{suffix}")
        for file in ("adapters.safetensors", "base.safetensors", "optimizer.safetensors"):
            self.assertEqual((self.final("r") / file).read_bytes(), (self.final("again") / file).read_bytes())

    def test_other_tokens_and_another_tokenizer_are_refused(self):
        self.run_job("r", self.tune)
        result = self.twofold("run", "r", self.tune, self.root, "tokenizer.add_tokens=[<a>, <c>]")
        self.assert_refused(result, "tokenizer/add_tokens", "'<b>'", "'<c>'")
        folder = tokenizer_folder(self.root / "other", 101)
        result = self.twofold("run", "r", self.tune, self.root, "tokenizer.backend=huggingface",
                              f"tokenizer.file={folder}")
        self.assert_refused(result, "architecture/vocab_size")

    def test_weights_of_a_pretrained_run_with_room_are_taken(self):
        self.run_job("wide", self.config(PRETRAIN.replace("257", "259"), "wide.yaml"))
        config = self.config("job: llama/train/lora" + ARCHITECTURE.replace("257", "259") + TUNE[TUNE.index("\nlogging"):]
                             .replace("architecture: {dtype: {activation: float32}}\n", ""))
        checkpoint = self.final("wide").relative_to(self.root / "checkpoints")
        self.run_job("r", config, "--restore", checkpoint)
        self.assertIn("wte/rows", tensors(self.final("r") / "adapters.safetensors"))


def tokenizer_folder(folder, size):
    """A tokenizer.json of `size` characters, one of them special, and its configuration."""
    folder.mkdir(exist_ok=True)
    vocabulary = {chr(32 + i) if i < 95 else chr(0x400 + i): i for i in range(size - 1)}
    special = {"id": size - 1, "content": "<end>", "special": True, "single_word": False, "lstrip": False,
               "rstrip": False, "normalized": False}
    (folder / "tokenizer.json").write_text(json.dumps(
        {"version": "1.0", "added_tokens": [special], "decoder": {"type": "Fuse"},
         "model": {"type": "BPE", "vocab": vocabulary, "merges": [], "unk_token": None}}))
    listed = {str(size - 1): {key: value for key, value in special.items() if key != "id"}}
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"eos_token": "<end>", "tokenizer_class": "PreTrainedTokenizerFast", "added_tokens_decoder": listed}))
    return folder


class Folders(NewTokens):
    """With the weights' own tokenizer.json, whose table has spare rows."""

    def setUp(self):
        super().setUp()
        tokenizer_folder(self.weights, 100)
        self.options = ["tokenizer.backend=huggingface", f"tokenizer.file={self.weights}"]
        self.tokenize("own", "[<a>, <b>]", backend="huggingface", name=self.weights)
        self.own = ["training.post_lora_dataset=[[{name: own, rate: 1.0, style: PMD}]]", *self.options]

    def encode(self, folder, text):
        done = self.twofold("encode", "--tokenizer", folder, input=json.dumps({"text": text}) + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["ids"]

    def test_spare_rows_are_used_and_tokenizer_files_carried_along(self):
        result = self.run_job("r", self.tune, *self.own)
        self.assertIn("spare rows", result.stdout)
        self.assertEqual(tensors(self.final("r") / "base.safetensors")["wte"][1], [257, 32])
        for to, out in (("merged", self.root / "merged"), ("peft", self.root / "peft")):
            self.assertIn("2 new tokens", self.export("r", to, out, *["--dtype", "float32"]).stdout)
            self.assertEqual(self.encode(out, "a<a><b>"), [65, 100, 101])
            listed = json.loads((out / "tokenizer_config.json").read_text())["added_tokens_decoder"]
            self.assertEqual({key: value["content"] for key, value in listed.items()},
                             {"99": "<end>", "100": "<a>", "101": "<b>"})
        config = json.loads((self.root / "peft/adapter_config.json").read_text())
        self.assertEqual(config["trainable_token_indices"], {"embed_tokens": [100, 101], "lm_head": [100, 101]})
        names = tensors(self.root / "peft/adapter_model.safetensors")
        rows_name = "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"
        self.assertEqual(names[rows_name], tensors(self.final("r") / "adapters.safetensors")["wte/rows"])
        ids = (65, 100, 66, 101, 65)
        for model in ((self.root / "merged",), (self.weights, "--adapter", self.root / "peft")):
            self.assertAlmostEqual(self.loss(*model, ids=ids), self.loss("r", self.root, ids=ids), delta=1e-5)
        inspected = self.twofold("inspect", self.root / "peft")
        self.assertIn("trainable_token_indices", inspected.stdout)

    def test_the_adapter_can_be_continued(self):
        self.run_job("r", self.tune, *self.own)
        self.export("r", "peft", self.root / "peft")
        start = f"optimization.lora.from_adapter={self.root / 'peft'}"
        self.run_job("more", self.tune, start, *self.own)
        losses = {name: [line["loss"] for line in self.metrics(name) if "loss" in line] for name in ("r", "more")}
        # It begins where the first one ended, and not where that one began.
        begun, ended = losses["r"][0], losses["r"][-1]
        self.assertLess(abs(losses["more"][0] - ended), 0.25 * (begun - ended))
        without = self.run_job("without", self.tune, start, *self.own, "tokenizer.add_tokens=[]")
        self.assertIn("rows of tables", without.stdout)
        result = self.twofold("run", "x", self.tune, self.root, start, *self.own, "tokenizer.add_tokens=[<a>]")
        self.assert_refused(result, "tokenizer/add_tokens", "trainable_token_indices")

    def test_merged_folders_go_on_without_the_setting(self):
        self.run_job("r", self.tune, *self.own)
        self.export("r", "merged", self.root / "merged", "--dtype", "float32")
        result = self.twofold("plan", self.tune, self.root, f"architecture.backbone.weights={self.root / 'merged'}",
                              *self.own, f"tokenizer.file={self.root / 'merged'}")
        self.assert_refused(result, "has this token already", "`<a>`, id 100")

    def test_a_pair_of_files_carries_them_in_added_tokens_json(self):
        folder, out = self.root / "pair", self.root / "merged"
        folder.mkdir()
        plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
        characters = [*map(chr, plain), *map(chr, range(256, 256 + 256 - len(plain)))]
        (folder / "vocab.json").write_text(json.dumps({text: i for i, text in enumerate(characters)}))
        (folder / "merges.txt").write_text("#version: 0.2\n")
        (folder / "added_tokens.json").write_text('{"<|endoftext|>": 256}')
        self.tokenize("pair", "[<a>, <b>]", backend="huggingface", name=folder)
        self.run_job("r", self.tune, "training.post_lora_dataset=[[{name: pair, rate: 1.0, style: PMD}]]",
                     "tokenizer.backend=huggingface", f"tokenizer.file={folder}")
        self.export("r", "merged", out, "--dtype", "float32")
        self.assertEqual(json.loads((out / "added_tokens.json").read_text()),
                         {"<|endoftext|>": 256, "<a>": 257, "<b>": 258})
        self.assertFalse((out / "tokenizer_config.json").exists())
        self.assertEqual(self.encode(out, "a<a><b>"), [64, 257, 258])

    def test_a_tokenizer_that_gives_other_ids_cannot_go_on_with_a_run(self):
        self.run_job("r", self.tune, *self.own)
        other = tokenizer_folder(self.root / "other", 101)
        result = self.twofold("run", "r", self.tune, self.root, *self.own, f"tokenizer.file={other}")
        self.assert_refused(result, "other ids than in the checkpoint", "100", "101")

    def test_it_is_the_runs_tokenizer_and_not_the_weights_that_is_written(self):
        self.run_job("r", self.tune)  # bytes
        for to in ("merged", "peft"):
            self.assertIn("2 new tokens", self.export("r", to, self.root / to).stdout)
            self.assertEqual(self.encode(self.root / to, "a<a><b>\u00e9"), [97, 257, 258, 0xc3, 0xa9])


class Refused(NewTokens):
    def test_what_contradicts_is_named(self):
        for options, fragments in (
                (["architecture.vocab_size=257"], ["architecture/vocab_size", "259"]),
                (["architecture.vocab_size=300"], ["architecture/vocab_size", "259"]),
                (["tokenizer.add_tokens=[<a>, <a>]"], ["tokenizer/add_tokens", "`<a>`, id 257"]),
                (["tokenizer.add_tokens=['']"], ["tokenizer/add_tokens", "without text"]),
                (["tokenizer.add_tokens=[q]"], ["tokenizer/add_tokens", "`q`, id 113"]),
                (["tokenizer.backend=trivial"], ["tokenizer/add_tokens"])):
            with self.subTest(options):
                self.assert_refused(self.twofold("plan", self.tune, self.root, *options), *fragments)
        plan = self.twofold("plan", self.tune, self.root, "architecture.vocab_size=259")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertIn("<b>", plan.stdout)
        configured = self.twofold("configure", "llama/train/lora", "-", f"architecture.backbone.weights={self.weights}",
                                  "tokenizer.backend=bytes", "tokenizer.add_tokens=[<a>, <b>]")
        self.assertIn("vocab_size: 259", configured.stdout, configured.stderr)

    def test_fresh_weights_must_have_the_rows(self):
        result = self.twofold("plan", self.config(PRETRAIN), self.root, "tokenizer.backend=bytes",
                              "tokenizer.add_tokens=[<a>]")
        self.assert_refused(result, "architecture/vocab_size", "at least 258")

    def test_a_table_smaller_than_the_tokenizer(self):
        folder = tokenizer_folder(self.root / "large", 300)
        result = self.twofold("plan", self.tune, self.root, "tokenizer.backend=huggingface", f"tokenizer.file={folder}")
        self.assert_refused(result, "more tokens than the weights have rows", "300")

    def test_gguf_adapters_cannot_hold_rows(self):
        self.run_job("r", self.tune)
        self.assert_refused(self.export("r", "gguf-lora", self.root / "x.gguf", code=2), "rows of a table", "wte")
        self.export("r", "gguf", self.root / "r.gguf")
        self.assertIn("259", self.twofold("inspect", self.root / "r.gguf").stdout)


if __name__ == "__main__":
    unittest.main()
