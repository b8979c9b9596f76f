"""Every fault of a configuration ends with exit code 2 and says what, where, expected, found and what to try."""
import unittest

from support import LORA, PRETRAIN, RunTest, write_tokens


class Config(RunTest):
    def refused(self, text, *fragments, overrides=()):
        result = self.twofold("run", "r", self.config(text), self.root, *overrides)
        self.assert_refused(result, *fragments)

    def test_unknown_and_misspelt_keys_name_the_nearest(self):
        self.refused(LORA.replace("rank: 4", "rnak: 4"), "optimization/lora/rnak", "rank", "config.yaml:")

    def test_a_key_of_another_job_is_dead_here(self):
        self.refused(PRETRAIN + "\n  pre_lora_tokens: [100]\n", "training/pre_lora_tokens")

    def test_keys_of_the_reference_say_what_to_do_about_them(self):
        self.refused(LORA, "not drawn yet", "logging/plots/save", "metrics.jsonl", "optimization/warmup_pct",
                     "training/warmup_pct", overrides=["logging.plots.save=true", "optimization.warmup_pct=0.1"])

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

    def test_the_reference_s_settings_of_tokenizing_are_taken(self):
        (self.root / "text.txt").write_text("one\n")
        config = self.config("job: data/tokenize_variable_dataset\ntokenizer: {backend: bytes}\n"
                             f"data: {{dataset: d, source: {self.root}/text.txt, split: train, config: '', "
                             "system_prompt: ''}\n")
        done = self.twofold("tokenize", config, self.root)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_stream_has_no_mask_for_the_assistants_turns(self):
        config = self.config("job: data/tokenize_variable_dataset\ntokenizer: {backend: bytes}\n"
                             "data: {dataset: d, source: s, assistant_only: true}\n")
        self.assert_refused(self.twofold("tokenize", config, self.root), "config.yaml:3", "data/assistant_only",
                            "everything in a stream is learnt", "data/tokenize_blockwise_dataset")

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


if __name__ == "__main__":
    unittest.main()
