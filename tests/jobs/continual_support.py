"""A run on three tasks in turn and on a fourth with adapters, for the suites of continual/train/*."""
import json

from support import ARCHITECTURE, LOGGING, RunTest, make_padded, make_pmd

PMD = "[{name: %s, rate: 1.0, style: PMD}]"
# 20, 15 and 10 steps of 64 tokens, then 15 with adapters.
CONTINUAL = "job: continual/train/benchmark_lora" + ARCHITECTURE.replace(
    "architecture:\n", "architecture:\n  family: llama\n") + LOGGING + f"""
eval: {{evaluations: []}}
optimization:
  lr: 0.003
  lora: {{rank: 4, alpha: 8.0, lr: 0.01}}
training:
  batch_size: 4
  validation_steps: 8
  tokens: [1280, 960, 640]
  dataset: [{PMD % "first"}, {PMD % "second"}, {PMD % "third"}]
  post_lora_tokens: [960]
  post_lora_dataset: [{PMD % "fourth"}]
"""
BENCHMARK = "\n".join(line for line in CONTINUAL.replace("benchmark_lora", "benchmark").splitlines()
                      if "lora" not in line)
TASKS = ["first", "second", "third", "fourth"]
LABELS = ["start", "boundary_0_1", "boundary_1_2", "boundary", "frozen", "end"]


def make_data(root):
    for number, name in enumerate(TASKS, 1):
        make_pmd(root, name, number)


class ContinualTest(RunTest):
    def setUp(self):
        super().setUp()
        make_data(self.root)
        make_padded(self.root, "padded")

    def continual(self, name, root=None):
        return json.loads((self.results(name, root) / "continual.json").read_text())

    def moments(self, name, root=None):
        return {line["moment"]: line for line in self.metrics(name, root) if "moment" in line}

    def steps(self, name, root=None):
        return [line for line in self.metrics(name, root) if "lr" in line]
