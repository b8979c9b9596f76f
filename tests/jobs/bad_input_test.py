"""Every fault of the input ends with exit code 2 and says what, where, expected, found and what to try."""
import json
import os
import resource
import struct
import unittest

from support import LORA, PRETRAIN, RunTest, on_weights, write_tokens


class Config(RunTest):
    def refused(self, text, *fragments, overrides=()):
        result = self.twofold("run", "r", self.config(text), self.root, *overrides)
        self.assert_refused(result, *fragments)

    def test_unknown_and_misspelt_keys_name_the_nearest(self):
        self.refused(LORA.replace("rank: 4", "rnak: 4"), "optimization/lora/rnak", "rank", "config.yaml:")

    def test_a_key_of_another_job_is_dead_here(self):
        self.refused(LORA + "\n  tokens: 100\n", "training/tokens", "training/pre_lora_tokens")

    def test_keys_of_the_reference_say_what_to_do_about_them(self):
        self.refused(LORA + "eval: {evaluations: [mnli]}\n", "eval", "task evaluations",
                     "logging/wandb", "metrics.jsonl", "optimization/warmup_pct", "training/warmup_pct",
                     overrides=["logging.wandb=true", "optimization.warmup_pct=0.1"])

    def test_mistyped_values(self):
        self.refused(LORA.replace("batch_size: 4", "batch_size: four"), "training/batch_size", "four")

    def test_values_out_of_range(self):
        self.refused(LORA.replace("rank: 4", "rank: 0"), "optimization/lora/rank", "0")

    def test_all_problems_come_at_once(self):
        self.refused(LORA.replace("rank: 4", "rank: 0").replace("batch_size: 4", "batch_size: four"),
                     "optimization/lora/rank", "training/batch_size", "typo/here",
                     overrides=["typo.here=1"])

    def test_faults_between_settings_come_with_those_of_the_settings(self):
        self.refused(LORA, "logging/keep", "training/pre_lora_tokens/0", "training/post_lora_dataset/0", "q_porj",
                     "dataset `thrid`",
                     overrides=["logging.keep=-2", "training.pre_lora_tokens=[10]",
                                "training.pre_lora_dataset.0.0.name=thrid",
                                "optimization.lora.target_modules=[q_porj]",
                                "training.post_lora_dataset.0.0.rate=0.5"])

    def test_faults_of_both_splits_of_every_dataset_come_with_those_of_the_settings(self):
        write_tokens(self.root / "data/first/val.bin", [1] * 10)
        write_tokens(self.root / "data/second/train.bin", [1] * 500 + [257] + [1] * 500)
        (self.root / "data/second/val.bin").unlink()
        overrides = ["logging.keep=-2", "architecture.n_embd=33", "training.pre_lora_tokens=[10]"]
        told = ["logging/keep", "architecture/n_embd", "training/pre_lora_tokens/0",
                "data/first/val.bin", "shorter than one block", "data/second/train.bin", "outside the vocabulary",
                "data/second/val.bin", "no such file"]
        self.refused(LORA, *told, overrides=overrides)
        result = self.twofold("plan", self.config(LORA), self.root, *overrides)
        self.assert_refused(result, *told)

    def test_what_is_wrong_with_the_data_whatever_the_model_is(self):
        (self.root / "data/second/val.bin").unlink()
        write_tokens(self.root / "data/first/val.bin", [1] * 10)  # too short only for some models
        with open(self.root / "data/first/train.bin", "ab") as file:
            file.write(b"x")
        result = self.twofold("plan", self.config(LORA), self.root, "architecture.block_size=wide",
                              "architecture.vocab_size=0")
        self.assert_refused(result, "architecture/block_size", "architecture/vocab_size", "second/val.bin",
                            "first/train.bin", "multiple of 4")
        self.assertNotIn("first/val.bin", result.stderr)
        self.refused(LORA, "training/validation", "first/train.bin", overrides=["training.validation=maybe"])

    def test_a_dataset_of_the_stages_that_are_sound(self):
        self.refused(LORA, "training/pre_lora_dataset", "dataset `thrid`", "training/post_lora_dataset/0", "0.5",
                     overrides=["training.pre_lora_dataset.0.0.style=PDM", "training.pre_lora_tokens=[640,640]",
                                "training.post_lora_dataset=[[{name: thrid, rate: 0.5, style: PMD}]]"])

    def test_what_both_splits_share_is_told_once(self):
        result = self.twofold("plan", self.config(LORA), self.root, "training.pre_lora_dataset.0.0.name=thrid")
        self.assert_refused(result)
        self.assertEqual(result.stderr.count("dataset `thrid`"), 1)

    def test_targets_that_match_nothing_come_with_faults_of_the_sizes(self):
        targets = "optimization.lora.target_modules=[q_porj]"
        for other, told in (("architecture.n_head=5", "architecture/n_head"),
                            ("architecture.n_embd=wide", "architecture/n_embd"),
                            ("architecture.vocab_size=0", "architecture/vocab_size"),
                            ("architecture.intermediate_size=1000000000", None),
                            ("optimization.lora.rank=0", "optimization/lora/rank"),
                            ("optimization.lr=.inf", "optimization/lr")):
            self.refused(LORA, "q_porj", "q_proj", told or "q_proj", overrides=[targets, other])
        # Names that depend on what is at fault are not judged.
        for target, other in (("blocks/40/", "architecture.n_layers=fifty"),
                              ("lm_head", "architecture.tie_word_embeddings=perhaps"),
                              ("blocks/1/", "optimization.lora.exclude_modules=3")):
            result = self.twofold("plan", self.config(LORA), f"optimization.lora.target_modules=['{target}']", other)
            self.assert_refused(result)
            self.assertNotIn("target", result.stderr)

    def test_missing_required_values(self):
        config = self.config("job: data/tokenize_variable_dataset\ntokenizer: {backend: bytes}\n")
        self.assert_refused(self.twofold("tokenize", config, self.root), "data/source", "data/dataset")

    def test_sizes_beyond_any_machine(self):
        for override in ("training.batch_size=9223372036854775807", "training.batch_size=4611686018427387904",
                         "architecture.n_layers=100000000", "architecture.vocab_size=9000000000000000000",
                         "architecture.n_embd=4000000000000", "architecture.block_size=100000000000",
                         "runtime.threads=20000", "optimization.lora.rank=100000000",
                         "training.pre_lora_tokens=[9000000000000000000]"):
            key = override.split("=")[0].replace(".", "/")
            self.refused(LORA, key, "out of range", overrides=[override])
        tokenize = self.config("job: data/tokenize_blockwise_dataset\ntokenizer: {backend: bytes}\n"
                               "data: {dataset: d, source: s}\n", "tokenize.yaml")
        self.assert_refused(self.twofold("tokenize", tokenize, self.root, "architecture.block_size=100000000000",
                                         "system.num_proc=100000"), "architecture/block_size", "system/num_proc")
        self.refused(LORA, "larger than any machine",
                     overrides=["architecture.n_layers=4096", "architecture.intermediate_size=1000000000"])

    def test_a_large_batch_is_planned_at_once(self):
        plan = self.twofold("plan", self.config(LORA), "training.batch_size=1000000000",
                            "training.pre_lora_tokens=[1e12]", "training.post_lora_tokens=[1e12]")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertIn("1000000000 sequences", plan.stdout)
        self.assertNotRegex(plan.stdout, r"-\d")

    def test_numbers_that_are_none_and_those_below_zero_that_mean_nothing(self):
        for override in ("optimization.lr=.inf", "optimization.clip=.inf", "optimization.lora.lr=-0.5",
                         "optimization.weight_decay=-0.5", "optimization.beta1=-0.5", "optimization.eps=-0.5",
                         "training.per_device_batch_size=0"):
            self.refused(LORA, override.split("=")[0].replace(".", "/"), "out of range", overrides=[override])

    def test_the_shares_of_a_schedule(self):
        shares = ["training.warmup_pct=0.9", "training.decay_pct=0.9"]
        self.refused(LORA, "more than the whole", "logging/keep", overrides=[*shares, "logging.keep=-1"])
        self.assertFalse((self.root / "results").exists())
        result = self.twofold("configure", "llama/train/lora", "-", *shares)
        self.assert_refused(result, "more than the whole")

    def test_a_dataset_twice_in_a_mixture(self):
        twice = "{name: first, rate: 0.5, style: PMD}"
        override = f"training.pre_lora_dataset=[[{twice},{twice}]]"
        self.refused(LORA, "training/pre_lora_dataset/0", "twice", overrides=[override])
        self.assertFalse((self.root / "results").exists())
        self.assert_refused(self.twofold("plan", self.config(LORA), override), "twice")

    def test_a_tokenizer_that_is_needed_at_the_end_is_looked_for_at_the_start(self):
        overrides = ["logging.samples=1", "tokenizer.backend=tiktoken", "tokenizer.file=/nowhere"]
        self.refused(LORA, "/nowhere", overrides=overrides)
        self.assertFalse((self.root / "results").exists())

    def test_what_is_no_configuration(self):
        for text in ("- a\n- b\n", "hello"):
            self.refused(text, "config.yaml:1", "map of sections")
        for text in ("", "training: {seed: 1}\n"):
            self.refused(text, "config.yaml job", "llama/train/lora")
        self.refused("job: [1]\n", "must name a job")

    def test_keys_of_other_jobs_and_families_of_the_reference(self):
        self.refused(LORA, "training/fade", "optimization/reset_optimizer", "architecture/use_sliding_window",
                     overrides=["training.fade.overlap=0.1", "optimization.reset_optimizer=true",
                                "architecture.use_sliding_window=true"])
        config = self.config("job: data/tokenize_variable_dataset\ntokenizer: {backend: bytes}\n"
                             "data: {dataset: d, source: s, split: train, system_prompt: x}\n")
        self.assert_refused(self.twofold("tokenize", config, self.root), "data/split", "chat templates")

    def test_plan_needs_no_root(self):
        plan = self.twofold("plan", self.config(LORA), "training.seed=3")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertNotIn("epochs", plan.stdout)
        self.assertIn("epochs", self.twofold("plan", self.config(LORA), self.root, "training.seed=3").stdout)

    def test_an_unknown_job(self):
        self.refused("job: lama/train/lora\n", "lama/train/lora", "llama/train/lora")

    def test_a_file_that_is_not_there(self):
        self.assert_refused(self.twofold("run", "r", self.root / "nowhere.yaml", self.root), "nowhere.yaml")

    def test_broken_yaml_says_where(self):
        self.refused("job: llama/train/lora\ntraining: [1, 2\n", "config.yaml")

    def test_overrides_reach_list_elements_and_say_when_they_do_not(self):
        config = self.config(LORA)
        self.run_job("r", config, "training.post_lora_dataset.0.0.name=first")
        self.refused(LORA, "training/post_lora_dataset", overrides=["training.post_lora_dataset.3.0.rate=1"])

    def test_targets_that_match_nothing(self):
        self.refused(LORA, "q_porj", "q_proj", overrides=["optimization.lora.target_modules=[q_porj]"])

    def test_a_budget_below_one_step(self):
        self.refused(LORA, "training/pre_lora_tokens/0", "64", "10",
                     overrides=["training.pre_lora_tokens=[10]"])

    def test_stages_and_budgets_that_do_not_pair_up(self):
        self.refused(LORA, "training/pre_lora_tokens", overrides=["training.pre_lora_tokens=[640,640]"])

    def test_an_architecture_that_does_not_add_up(self):
        self.refused(LORA, "architecture/n_head", overrides=["architecture.n_head=5"])


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
