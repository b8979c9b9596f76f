"""A configuration of the reference is a configuration: every key of its LoRA trainer at its default."""
import unittest

from support import ARCHITECTURE, LORA, RunTest, make_pmd

# All fields of LoRATrainerConfig, with what it inherits, and of LoRAConfig, at their defaults.
REFERENCE = "job: gpt/train/lora" + ARCHITECTURE.replace("  n_kv_head: 2\n", "") + """
training:
  batch_size: 512
  per_device_batch_size: -1
  tokens: 1000000000
  warmup_pct: 0.01
  decay_pct: 0.1
  validation: true
  evaluate: true
  validation_steps: 2048
  dataset:
  - name: fineweb
    rate: 1.0
    style: PMD
    suffix: ''
  pre_lora_tokens:
  - 1000000000
  pre_lora_dataset:
  - - name: fineweb
      rate: 1.0
      style: PMD
      suffix: ''
  post_lora_tokens:
  - 100000000
  post_lora_dataset:
  - - name: fineweb
      rate: 1.0
      style: PMD
      suffix: ''
optimization:
  lr: 0.0003
  lora:
    rank: 16
    alpha: 16.0
    target_modules:
    - kernel
eval:
  evaluations: []
logging:
  report_interval: 32
  checkpoint_interval: 1024
  validation_interval: 512
  wandb: false
  plots:
    save: false
"""


class ReferenceKeys(RunTest):
    def plan(self, text, *overrides):
        result = self.twofold("plan", self.config(text), *overrides)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_all_keys_at_their_defaults_are_planned(self):
        plan = self.plan(REFERENCE)
        self.assertIn("fineweb", plan)
        self.assertNotIn("does not", plan)

    def test_wandb_may_be_on(self):
        text = REFERENCE.replace("wandb: false", "wandb: true")
        self.assertIn("wandb sync", self.plan(text))
        make_pmd(self.root, "fineweb", 3)
        self.run_job("r", self.config(text), "training.batch_size=4", "training.tokens=640",
                     "training.pre_lora_tokens=[640]", "training.post_lora_tokens=[640]", "runtime.threads=1")
        self.assertEqual(len(list((self.results("r") / "wandb").glob("offline-run-*/run-*.wandb"))), 1)

    def test_the_one_stage_is_phase_1s_where_its_own_keys_are_not_set(self):
        text = "\n".join(line for line in LORA.splitlines() if "pre_lora" not in line)
        plan = self.plan(text, "training.tokens=640", "training.dataset=[{name: second, rate: 1.0, style: PMD}]")
        self.assertIn("training/pre_lora_tokens = [640] from training/tokens", plan)
        self.assertRegex(plan, r"training/pre_lora_dataset = \[\[\{name: second.* from training/dataset")
        self.assertRegex(plan, r"(?m)^\s+1\s+1\s+10\s+640\s+second")
        self.run_job("one", self.config(text), "training.tokens=640",
                     "training.dataset=[{name: second, rate: 1.0, style: PMD}]", "training.post_lora_tokens=[640]")
        self.run_job("two", self.config(LORA), "training.pre_lora_tokens=[640]", "training.post_lora_tokens=[640]",
                     "training.pre_lora_dataset=[[{name: second, rate: 1.0, style: PMD}]]")
        self.assertEqual(self.metrics("one"), self.metrics("two"))

    def test_where_both_are_set_and_differ_it_says_which_counts(self):
        plan = self.plan(LORA, "training.tokens=640")
        self.assertIn("training/pre_lora_tokens = [1600] counts, and training/tokens does not", plan)
        self.assertNotIn("training/pre_lora_dataset", plan)
        self.assertNotIn("does not", self.plan(LORA, "training.tokens=1600"))
        self.assertNotIn("does not", self.plan(LORA, "training.tokens=1000000000"), "its default")

    def test_faults_name_the_key_that_was_set(self):
        text = "\n".join(line for line in LORA.splitlines() if "pre_lora" not in line)
        result = self.twofold("plan", self.config(text), "training.tokens=3",
                              "training.dataset=[{name: first, rate: 0.5, style: PMD}]")
        self.assert_refused(result, "training/tokens", "training/dataset")
        self.assertNotIn("pre_lora", result.stderr)

    def test_what_is_written_by_configure_goes_on(self):
        make_pmd(self.root, "fineweb", 3)
        config = self.root / "full.yaml"
        made = self.twofold("configure", "llama/train/lora", config, "architecture.n_layers=1", "architecture.n_embd=8",
                            "architecture.n_head=2", "architecture.n_kv_head=1", "architecture.intermediate_size=8",
                            "architecture.block_size=16", "architecture.vocab_size=257", "training.batch_size=2",
                            "training.pre_lora_tokens=[64]", "training.post_lora_tokens=[64]", "runtime.threads=1")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.run_job("full", config)
        self.run_job("full", config, "training.post_lora_tokens=[128]")


if __name__ == "__main__":
    unittest.main()
