"""Every fault of commands, files and data ends with exit code 2 and says what, where, expected, found and what to try."""
import bz2
import json
import os
import resource
import struct
import unittest

from support import LORA, PRETRAIN, RunTest, on_weights, write_tokens


class CommandLine(RunTest):
    def refused(self, *arguments, says):
        self.assert_refused(self.twofold(*arguments), *says)

    def test_unknown_commands_and_options_name_the_nearest(self):
        self.refused("foo", says=["unknown command", "foo", "tokenize"])
        self.refused("tokenise", says=["did you mean `tokenize`?"])
        self.refused(says=["no command", "configure"])
        self.refused("run", "r", "c.yaml", self.root, "--restor=x", says=["--restor", "did you mean `--restore`?"])

    def test_missing_and_mistyped_arguments(self):
        self.refused("run", "r", says=["twofold run NAME config ROOT", "config is required"])
        self.refused("configure", "llama/train/lora", says=["JOB and out.yaml"])
        self.refused("generate", "r", self.root, "--tokens", "many", says=["many"])

    def test_names_of_runs_that_are_no_folders(self):
        config = self.config(PRETRAIN)
        for name in ("", ".", "..", "a/b", "../../../escape", "a\n", "x" * 300):
            self.refused("run", name, config, self.root, says=["NAME"])
            self.refused("checkpoints", name, self.root, says=["NAME"])
            self.refused("export", name, self.root, self.root / "out", says=["NAME"])
            self.refused("generate", name, self.root, says=["NAME"])
        self.refused("run", "r", config, self.root, "-p", "../..", "-g", "a/b", says=["--project", "--group"])
        self.refused("run", "r", config, "", says=["ROOT"])
        self.assertFalse((self.root / "results").exists())

    def test_tokenize_refuses_what_trains_and_run_tokenizes(self):
        self.refused("tokenize", self.config(PRETRAIN), self.root, says=["llama/train/pretrain", "twofold run"])
        self.assertFalse((self.root / "results").exists())
        (self.root / "text.txt").write_text("hello world\n" * 50)
        config = self.config("job: data/tokenize_variable_dataset\ntokenizer: {backend: bytes}\n"
                             f"data: {{dataset: d, source: {self.root}/text.txt, format: lines}}\n")
        self.run_job("r", config)
        self.assertTrue((self.root / "data/d/train.bin").exists())
        self.assertFalse((self.root / "checkpoints").exists())

    def test_generation_out_of_range(self):
        self.run_job("r", self.config(PRETRAIN))
        for option, value in (("--tokens", "-5"), ("--temperature", "nan"), ("--temperature", "-1"),
                              ("--temperature", "inf"), ("--top-p", "7"), ("--top-p", "0"), ("--top-p", "nan"),
                              ("--top-k", "-7"), ("--min-p", "2"), ("--min-p", "nan"),
                              ("--repetition-penalty", "0"), ("--repetition-penalty", "nan"),
                              ("--repetition-penalty", "-1.5"), ("--repetition-penalty", "inf")):
            result = self.twofold("generate", "r", self.root, "--ids", "-", option, value, input='{"ids":[1,2]}\n')
            self.assert_refused(result, option)


    def test_a_number_that_is_too_large_is_not_cut(self):
        self.run_job("r", self.config(PRETRAIN))
        for option, value in (("--seed", "9223372036854775808"), ("--seed", "-9223372036854775809"),
                              ("--tokens", "99999999999999999999"), ("--top-k", "18446744073709551616"),
                              ("--seed", "0x10"), ("--seed", "1.5"), ("--seed", ""), ("--temperature", "1e999"),
                              ("--repetition-penalty", "1e999")):
            result = self.twofold("generate", "r", self.root, "--ids", "-", option, value, input='{"ids":[1,2]}\n')
            self.assert_refused(result, option, value)
        self.refused("combine", self.root, "--out", self.root / "x", "--rank", "9223372036854775808",
                     says=["--rank", "9223372036854775808"])
        drawn = [self.ask([[1, 2]], "generate", "r", self.root, "--seed", seed)
                 for seed in ("9223372036854775807", "9223372036854775806", "10", "010", "1e1")]
        self.assertNotEqual(drawn[0], drawn[1])
        self.assertEqual(drawn[2], drawn[3])  # no octal number
        self.assertEqual(drawn[2], drawn[4])

    def test_the_id_that_begins_a_text_must_be_one_of_the_models(self):
        self.run_job("r", self.config(PRETRAIN))
        self.twofold("export", "r", self.root, "--to", "merged", self.root / "out", "--no-tokenizer")
        config = json.loads((self.root / "out/config.json").read_text())
        config["bos_token_id"] = (1 << 32) + 1
        (self.root / "out/config.json").write_text(json.dumps(config))
        (self.root / "out/tokenizer.json").write_text(json.dumps(self.BYTES))
        self.refused("generate", self.root / "out", says=["bos_token_id", "4294967297"])

    BYTES = {"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}


class Files(RunTest):
    """What the file system refuses is told like any other fault of the input."""

    def refused(self, *fragments, text=PRETRAIN, verb="run", **options):
        name = ["r"] if verb == "run" else []
        result = self.twofold(verb, *name, self.config(text), self.root, **options)
        self.assert_refused(result, *fragments)

    def as_nobody(self):
        """Options that make a process obey the modes of files, which root need not."""
        if os.getuid() != 0:
            return {}
        self.root.chmod(0o777)
        options = {"preexec_fn": lambda: (os.setgid(65534), os.setuid(65534))}
        try:
            runs = self.twofold("jobs", **options).returncode == 0
        except PermissionError:
            runs = False
        if not runs:
            self.skipTest("the binary lies where nobody but root may read")
        return options

    def test_a_file_where_a_folder_belongs(self):
        (self.root / "results").write_text("x")
        self.refused("results", "a folder")

    def test_a_folder_where_the_log_belongs(self):
        (self.results("r") / "log.txt").mkdir(parents=True)
        self.refused("log.txt")

    def test_a_cache_that_cannot_be_kept_is_done_without(self):
        (self.root / "cache").write_text("x")
        self.run_job("r", self.config(PRETRAIN))

    def test_folders_and_files_without_permission(self):
        nobody = self.as_nobody()
        source = self.root / "private"
        source.mkdir()
        tokenize = ("job: data/tokenize_variable_dataset\ntokenizer: {backend: bytes}\n"
                    f"data: {{dataset: d, source: {source}, format: lines}}\n")
        for path, verb, text in ((self.root / "data/first/train.bin", "run", PRETRAIN),
                                 (self.root / "data/first", "run", PRETRAIN), (self.root / "data", "run", PRETRAIN),
                                 (source, "tokenize", tokenize)):
            mode = path.stat().st_mode
            path.chmod(0)
            self.refused(path.name, "ermission", text=text, verb=verb, **nobody)
            path.chmod(mode)

    def test_names_that_are_too_long_or_not_utf_8(self):
        self.refused("not the name of a folder", text=PRETRAIN.replace("name: first", "name: " + "x" * 300))
        (self.root / "bytes.yaml").write_bytes(PRETRAIN.encode().replace(b"name: first", b'name: "f\xffrst"'))
        self.assert_refused(self.twofold("run", "r", self.root / "bytes.yaml", self.root))
        tokenize = ("job: data/tokenize_variable_dataset\ntokenizer: {backend: bytes}\n"
                    "data: {dataset: d, source: SOURCE, format: lines}\n")
        self.refused("too long", text=tokenize.replace("SOURCE", "x" * 300), verb="tokenize")

    def test_a_configuration_without_end(self):
        limit = 5 << 30
        result = self.twofold("plan", "/dev/zero",
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assert_refused(result)

    def test_more_memory_than_there_is(self):
        limit = 1 << 30  # one of the matrices takes more
        result = self.twofold("run", "r", self.config(PRETRAIN), self.root, "architecture.n_layers=1",
                              "architecture.intermediate_size=8500000",
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assert_refused(result, "not enough memory")

    def test_more_memory_than_the_machine_has_is_refused_before_anything_is_made(self):
        for config, sizes, told in (
                (PRETRAIN, ["architecture.vocab_size=1073741824"], "phase 1"),
                (PRETRAIN, ["architecture.head_dim=1073741824"], "phase 1"),
                (LORA, ["architecture.n_layers=4096", "optimization.lora.rank=16384"], "phase 2")):
            result = self.twofold("run", "r", self.config(config), self.root, *sizes)
            self.assert_refused(result, "not enough memory", told)
            self.assertFalse((self.root / "results").exists())

    def test_a_validation_split_is_looked_at_before_anything_is_made(self):
        for ids, fragment in (([1] * 10, "shorter than one block"), ([999] * 100, "outside the vocabulary")):
            write_tokens(self.root / "data/first/val.bin", ids)
            self.refused("val.bin", fragment)
            self.assertFalse((self.root / "results").exists())


class Text(RunTest):
    """What data/source may hold, and what becomes of a bad record."""

    def tokenize(self, content, *overrides, job="variable", name="source"):
        source = self.root / name
        source.write_bytes(content)
        return self.twofold("tokenize", self.config(
            f"job: data/tokenize_{job}_dataset\ntokenizer: {{backend: bytes}}\n"
            f"data: {{dataset: d, source: {source}, val_pct: 0}}\n"), self.root, *overrides)

    def test_files_that_hold_no_text(self):
        text = "caf\u00e9 au lait\n" * 50
        for content, *fragments in (
                (bz2.compress(text.encode()), "bzip2", "unpack it first"), (text.encode("utf-16"), "UTF-16", "iconv"),
                (text.encode("utf-16-le"), "UTF-16", "iconv"), (text.encode("latin-1"), "source:1 (byte 3)", "0xe9"),
                (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull")):
            for job in ("variable", "blockwise"):
                self.assert_refused(self.tokenize(content, job=job), *fragments)
        self.assertFalse((self.root / "data/d/config.json").exists())
        done = self.tokenize(b"\xef\xbb\xbf" + text.encode())
        self.assertEqual(done.returncode, 0, done.stderr)
        ids = struct.iter_unpack("<I", (self.root / "data/d/train.bin").read_bytes())
        self.assertEqual(bytes(i for i, in ids if i < 256), text.encode())

    def test_bad_records_are_passed_over_if_told_to(self):
        lines = b'{"text": "a"}\n{"text": "\\ud800"}\n{"text": null}\n'
        self.assert_refused(self.tokenize(lines, "data.format=jsonl"), "source:2", "data/on_bad_record")
        skipping = ("data.format=jsonl", "data.on_bad_record=skip")
        for _ in range(2):  # told again by the same command
            done = self.tokenize(lines, *skipping)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("2 bad records were skipped and 0 repaired", done.stdout)
        self.assertEqual(len((self.root / "data/d/bad_records.jsonl").read_text().splitlines()), 2)
        self.assertEqual((self.root / "data/d/train.bin").stat().st_size, 4 * len("a|"))
        self.assert_refused(self.tokenize(lines, "data.format=jsonl", "data.on_bad_record=drop"), "stop, skip, replace")


class Data(RunTest):
    def refused(self, *fragments, overrides=(), text=PRETRAIN):
        result = self.twofold("run", "r", self.config(text), self.root, *overrides)
        self.assert_refused(result, *fragments)
        self.assertFalse((self.checkpoints("r") / "latest").exists())

    def test_an_unknown_dataset_names_near_ones(self):
        self.refused("frist", "first", overrides=["training.dataset.0.name=frist"])

    def test_rates_that_do_not_sum_to_1(self):
        self.refused("training/dataset", "0.7", overrides=["training.dataset.0.rate=0.7"])

    def test_a_token_id_beyond_the_vocabulary(self):
        write_tokens(self.root / "data/first/train.bin", [1] * 500 + [257] + [1] * 500)
        self.refused("train.bin", "257", "2000")

    def test_a_file_that_is_no_multiple_of_4_bytes(self):
        with open(self.root / "data/first/train.bin", "ab") as file:
            file.write(b"x")
        self.refused("train.bin", "4")

    def test_a_mask_of_another_length(self):
        folder = self.root / "data/masked"
        for split in ("train", "val"):
            write_tokens(folder / f"{split}.bin", [1] * 17 * 8)
            (folder / f"{split}.bin.mask").write_bytes(b"\1" * (17 * 8 - 1))
        (folder / "shape.json").write_text(json.dumps({"train": [8, 17], "val": [8, 17]}))
        self.refused("train.bin.mask", overrides=["training.dataset=[{name: masked, rate: 1.0, style: PADDED}]"])

    def test_a_block_longer_than_the_data(self):
        write_tokens(self.root / "data/first/train.bin", [1] * 10)
        self.refused("train.bin", "10")

    def test_contrastive_data_is_refused_by_name(self):
        folder = self.root / "data/pairs"
        for split in ("train", "val"):
            for side in ("pos", "neg"):
                write_tokens(folder / f"{split}.{side}.bin", [1] * 17 * 8)
                (folder / f"{split}.{side}.bin.mask").write_bytes(b"\1" * 17 * 8)
        sides = {"pos": [8, 17], "neg": [8, 17]}
        (folder / "shape.json").write_text(json.dumps({"train": sides, "val": sides}))
        self.refused("CONTRASTIVE", overrides=["training.dataset=[{name: pairs, rate: 1.0, style: CONTRASTIVE}]"])

    def test_a_dataset_without_validation_says_what_to_do(self):
        (self.root / "data/first/val.bin").unlink()
        self.refused("first", "training/validation: false")
        self.run_job("r2", self.config(PRETRAIN), "training.validation=false")

    def test_a_batch_that_supervises_nothing_is_an_error(self):
        folder = self.root / "data/silent"
        for split in ("train", "val"):
            write_tokens(folder / f"{split}.bin", [1] * 17 * 8)
            (folder / f"{split}.bin.mask").write_bytes(b"\0" * 17 * 8)
        (folder / "shape.json").write_text(json.dumps({"train": [8, 17], "val": [8, 17]}))
        self.refused("supervise", "silent", overrides=["training.validation=false",
                     "training.dataset=[{name: silent, rate: 1.0, style: PADDED}]"])

    def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_last_checkpoint(self):
        config = self.config(PRETRAIN)
        # The first step has no learning rate, the second ruins the weights, the third finds out.
        result = self.twofold("run", "r", config, self.root, "optimization.lr=1e30",
                              "logging.checkpoint_interval=1", "training.validation=false",
                              "training.warmup_pct=0.1", "optimization.warmup_lr_mult=0")
        self.assert_refused(result, "not finite", "step", "first row")
        self.assertEqual((self.checkpoints("r") / "latest").read_text().strip(), "ntoks/64")


class Checkpoints(RunTest):
    def setUp(self):
        super().setUp()
        self.yaml = self.config(PRETRAIN)
        self.run_job("r", self.yaml)

    def broken(self, damage, *fragments):
        """Damages the newest checkpoint: the run falls back to the one before, with a warning."""
        damage(self.final("r"))
        result = self.run_job("r", self.yaml)
        self.assertIn("warning", result.stdout)
        for fragment in fragments:
            self.assertIn(fragment, result.stdout)
        self.assertTrue(json.loads((self.final("r") / "state.json").read_text())["finished"])

    def test_truncated(self):
        def damage(folder):
            file = folder / "model.safetensors"
            file.write_bytes(file.read_bytes()[:-10])
        self.broken(damage, "model.safetensors")

    def test_flipped(self):
        def damage(folder):
            file = folder / "optimizer.safetensors"
            data = bytearray(file.read_bytes())
            data[len(data) // 2] ^= 1
            file.write_bytes(data)
        self.broken(damage, "optimizer.safetensors")

    def test_of_a_newer_format(self):
        for folder in [self.final("r"), *(self.checkpoints("r") / "ntoks").iterdir(), self.checkpoints("r") / "best"]:
            manifest = json.loads((folder / "manifest.json").read_text())
            manifest["format_version"] = 99
            (folder / "manifest.json").write_text(json.dumps(manifest))
        self.assert_refused(self.twofold("run", "r", self.yaml, self.root), "99", "newer")

    def test_a_second_run_of_the_same_name_is_refused_with_the_pid(self):
        import fcntl
        import os
        with open(self.checkpoints("r") / "lock", "w") as lock:
            lock.write(f"{os.getpid()} here\n")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assert_refused(self.twofold("run", "r", self.yaml, self.root), str(os.getpid()))
        self.run_job("r", self.yaml)  # the holder is gone: taken over


class Weights(RunTest):
    """architecture/backbone/weights: folders that are not what they should be."""

    CONFIG = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 32,
              "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4,
              "num_key_value_heads": 2, "vocab_size": 257, "max_position_embeddings": 16,
              "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": True,
              "hidden_act": "silu", "torch_dtype": "float32"}
    BARE = on_weights()

    def folder(self, config=None, tensors=None, raw=None):
        folder = self.root / "weights"
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config or self.CONFIG))
        if raw is None:
            header = json.dumps(tensors or {}).encode()
            raw = struct.pack("<Q", len(header)) + header
        (folder / "model.safetensors").write_bytes(raw)
        return f"architecture.backbone.weights={folder}"

    def refused(self, override, *fragments):
        result = self.twofold("run", "r", self.config(self.BARE), self.root, override)
        self.assert_refused(result, *fragments)

    def test_broken_safetensors(self):
        for raw, fragment in ((b"", "model.safetensors"),
                              (struct.pack("<Q", 1 << 60) + b"{}", "model.safetensors"),
                              (struct.pack("<Q", 9) + b"not json!", "model.safetensors"),
                              (struct.pack("<Q", 64) + b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}         ',
                               "model.safetensors")):
            self.refused(self.folder(raw=raw), fragment)

    def test_weights_of_another_architecture(self):
        self.refused(self.folder({**self.CONFIG, "model_type": "gpt2"}), "model_type", "gpt2")

    def test_missing_tensors_are_named(self):
        self.refused(self.folder(), "model.layers.0.self_attn.q_proj.weight")

    def test_a_field_that_changes_the_meaning_and_is_not_supported(self):
        self.refused(self.folder({**self.CONFIG, "hidden_act": "relu"}), "hidden_act", "relu")

    def test_a_contradiction_with_an_explicit_key(self):
        result = self.twofold("run", "r", self.config(self.BARE), self.root, self.folder(),
                              "architecture.n_layers=7")
        self.assert_refused(result, "architecture/n_layers", "7", "1")


if __name__ == "__main__":
    unittest.main()
