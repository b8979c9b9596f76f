"""continual/train/*: the score matrix, boundaries, checkpoints, fades, the control, what is refused."""
import json
import re
import unittest

from continual_support import BENCHMARK, CONTINUAL, LABELS, PMD, TASKS, ContinualTest
from evaluations_test import CHOOSE
from support import LORA, MODELS, SOURCE


def mean(values):
    return sum(values) / len(values)


class Continual(ContinualTest):
    def test_every_boundary_is_a_row_of_the_matrix_and_a_checkpoint(self):
        out = self.run_job("r", self.config(CONTINUAL)).stdout
        found = self.continual("r")
        self.assertEqual(found["boundaries"], LABELS)
        self.assertEqual(found["tasks"], TASKS)
        self.assertEqual(found["steps"], [0, 20, 35, 45, 45, 60])
        self.assertEqual(found["phases"], [1, 1, 1, 1, 1, 2])
        self.assertEqual(found["trained"], [1, 2, 3, 5])
        self.assertEqual((found["metric"], found["higher_is_better"]), ("loss", False))
        moments = self.moments("r")
        for label, row in zip(LABELS, found["R"]):
            for task, entry in zip(TASKS, row):
                self.assertAlmostEqual(entry["value"], moments[label][f"val/{task}/loss"], delta=1e-12)
                self.assertEqual(entry["n"], 8)
                low, high = entry["interval"]
                self.assertAlmostEqual((low + high) / 2, entry["value"])
                self.assertAlmostEqual(high - low, 2 * 1.959963984540054 * entry["stderr"])
        suffixes = {path.parent.relative_to(self.checkpoints("r")).as_posix()
                    for path in self.checkpoints("r").rglob("manifest.json")}
        self.assertLessEqual({"boundary_0_1", "boundary_1_2", "pre_lora_checkpoint", "lora_boundary_pre_to_post"},
                             suffixes)
        self.assertIn("Tasks in turn", out)

    def test_metrics_and_verdicts_follow_from_the_matrix(self):
        self.run_job("r", self.config(CONTINUAL))
        found = self.continual("r")
        rows = [[entry["value"] for entry in row] for row in found["R"]]
        last, trained = rows[-1], found["trained"]
        metrics = found["metrics"]
        self.assertAlmostEqual(metrics["average"], mean(last))
        forgotten = mean([last[j] - rows[trained[j]][j] for j in range(3)])  # of losses: what they rose by
        self.assertAlmostEqual(metrics["forgetting"], forgotten)
        self.assertAlmostEqual(metrics["backward_transfer"], -forgotten)
        best = mean([last[j] - min(rows[i][j] for i in trained[:3]) for j in range(3)])
        self.assertAlmostEqual(metrics["forgetting_max"], best)
        forward = mean([rows[0][j] - rows[trained[j - 1]][j] for j in range(1, 4)])
        self.assertAlmostEqual(metrics["forward_transfer"], forward)
        self.assertEqual([(one["task"], one["from"], one["to"]) for one in found["changes"]],
                         [("first", "start", "boundary_0_1"), ("first", "boundary_0_1", "end"),
                          ("second", "start", "boundary_1_2"), ("second", "boundary_1_2", "end"),
                          ("third", "start", "boundary"), ("third", "boundary", "end"), ("fourth", "start", "end")])
        for one in found["changes"]:
            low, high = one["interval"]
            expected = "learned" if high < 0 else "forgotten" if low > 0 else "unchanged"
            self.assertEqual(one["verdict"], expected, one)
        self.assertEqual({one["verdict"] for one in found["changes"] if one["from"] == "start"}, {"learned"})

    def test_adapters_off_is_the_frozen_boundary_bit_for_bit(self):
        self.run_job("r", self.config(CONTINUAL))
        moments = self.moments("r")
        for task in TASKS:
            self.assertEqual(moments["adapters_off"][f"val/{task}/loss"], moments["frozen"][f"val/{task}/loss"])
            self.assertNotEqual(moments["end"][f"val/{task}/loss"], moments["frozen"][f"val/{task}/loss"])
        one = self.checkpoints("r") / "lora_boundary_pre_to_post/base.safetensors"
        self.assertEqual(one.read_bytes(), (self.final("r") / "base.safetensors").read_bytes())

    def test_with_hard_boundaries_it_trains_as_a_two_phase_job_does(self):
        lora = (CONTINUAL.replace("continual/train/benchmark_lora", "llama/train/lora")
                .replace("  family: llama\n", "").replace("  tokens:", "  pre_lora_tokens:")
                .replace("  dataset:", "  pre_lora_dataset:"))
        self.run_job("one", self.config(lora, "one.yaml"))
        self.run_job("r", self.config(CONTINUAL))
        self.assertEqual(self.steps("one"), self.steps("r"))
        for file in ("base", "adapters", "optimizer"):
            self.assertEqual((self.final("one") / f"{file}.safetensors").read_bytes(),
                             (self.final("r") / f"{file}.safetensors").read_bytes(), file)

    def test_a_fade_draws_from_both_stages_and_changes_nothing_outside(self):
        config = self.config(BENCHMARK + "\ntokenizer: {backend: bytes}\n")
        self.run_job("hard", config)
        self.run_job("soft", config, "training.fade.per_boundary_overlap=[0.8,0]", "training.fade.curve=cosine")
        plan = self.twofold("plan", config, self.root, "training.fade.per_boundary_overlap=[0.8,0]").stdout
        self.assertIn("stage 1 fades into 2 over 12 steps", plan)
        hard, soft = self.steps("hard"), self.steps("soft")
        self.assertEqual(hard[:14], soft[:14])  # 15 steps are the shorter stage: the fade is 6 to either side
        self.assertNotEqual(hard[14:20], soft[14:20])

        def rows(name):
            drawn = []
            for step in range(1, 46):
                told = json.loads(self.twofold("why", name, self.root, "--json", "--step", step).stdout)
                drawn.append([row["dataset"] for row in told["rows"]])
            return drawn
        shares = [step.count("second") for step in rows("soft")]
        self.assertEqual(shares[:14] + shares[26:35], [0] * 14 + [4] * 9)
        self.assertEqual(sum(shares), 15 * 4, "as many rows as without the fade")
        self.assertLess(sum(shares[14:20]), 6)
        self.assertGreater(sum(shares[20:26]), 18)
        self.assertTrue(any(0 < share < 4 for share in shares[14:26]))

    def test_the_optimizer_and_the_rate_begin_anew_at_each_boundary(self):
        config = self.config(BENCHMARK.replace("optimization:", "optimization:\n  reset_optimizer: true"))
        self.run_job("r", config, "training.warmup_pct=0.2", "training.decay_pct=0.2")
        rates = [line["lr"] for line in self.steps("r")]
        for begin, steps in ((0, 20), (20, 15), (35, 10)):
            self.assertAlmostEqual(rates[begin], 0.003 * 0.01)
            self.assertAlmostEqual(max(rates[begin:begin + steps]), 0.003)
            self.assertLess(rates[begin + steps - 1], 0.003)
        self.run_job("same", config, "optimization.reset_optimizer=false", "optimization.schedule=constant")
        self.run_job("new", config, "optimization.schedule=constant")
        same, new = self.steps("same"), self.steps("new")
        self.assertEqual(same[:21], new[:21])
        self.assertNotEqual(same[21], new[21])
        self.run_job("warm", config, "optimization.schedule=cosine_rewarm", "optimization.rewarm_lr=0.001")
        rates = [line["lr"] for line in self.steps("warm")]
        self.assertAlmostEqual(max(rates[20:35]), 0.001)

    def test_the_first_stage_may_go_without_validation(self):
        self.run_job("r", self.config(BENCHMARK), "training.skip_first_dataset_validation=true",
                     "logging.validation_interval=5")
        validated = [line["step"] for line in self.metrics("r") if "val/first/loss" in line]
        self.assertEqual(validated, [0, 20, 25, 30, 35, 40, 45])

    def test_tasks_that_are_asked_are_the_matrix_and_the_losses_beside_it(self):
        (self.root / "third.yaml").write_text(CHOOSE)
        (self.root / "eval").mkdir()
        rows = [{"question": f"q{i}", "answers": [f"a{i}", "bb"], "label": i % 2} for i in range(12)]
        (self.root / "eval/pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.run_job("r", self.config(BENCHMARK + "\ntokenizer: {backend: bytes}\n"),
                     f"eval.evaluations=[{self.root / 'third.yaml'}]")
        found = self.continual("r")
        self.assertEqual((found["tasks"], found["metric"], found["higher_is_better"]), (["third"], "acc", True))
        self.assertEqual(found["trained"], [3], "the stage whose dataset has the task's name")
        self.assertEqual(found["validation"]["tasks"], TASKS[:3])
        for label, row in zip(found["boundaries"], found["R"]):
            line = self.moments("r")[label]
            self.assertEqual(row[0]["value"], line["eval/third/acc"])
            self.assertEqual(row[0]["n"], 12)
            self.assertAlmostEqual(row[0]["stderr"], line["eval/third/acc/stderr"])

    def test_the_control_trains_everything_on_the_same_stages(self):
        config = self.config(CONTINUAL)
        self.run_job("lora", config)
        self.run_job("full", config, "continual.control=full")
        self.assertEqual(self.continual("full")["boundaries"], [label for label in LABELS if label != "frozen"])
        self.assertTrue((self.final("full") / "model.safetensors").exists())
        self.assertTrue((self.checkpoints("full") / "boundary_2_3").exists())
        self.assertEqual(self.steps("lora")[:45], self.steps("full")[:45])
        # From the boundary of the run with adapters it is the same control.
        self.run_job("branch", config, "continual.control=full", "--restore", "general/default/lora/pre_lora_checkpoint")
        self.assertEqual(self.steps("branch"), self.steps("full")[45:])
        self.assertEqual((self.final("branch") / "model.safetensors").read_bytes(),
                         (self.final("full") / "model.safetensors").read_bytes())
        self.assertEqual(self.continual("branch")["R"], self.continual("full")["R"])
        for name, begin in (("lora", "frozen"), ("full", "boundary"), ("branch", "boundary")):
            outcome = self.continual(name)["outcome"]
            self.assertEqual([(one["task"], one["from"], one["to"]) for one in outcome],
                             [(task, begin, "end") for task in TASKS])

    def test_every_two_phase_run_has_a_matrix_of_its_milestones(self):
        out = self.run_job("r", self.config(LORA)).stdout
        found = self.continual("r")
        self.assertEqual((found["boundaries"], found["tasks"]), (["start", "boundary", "frozen", "end"], TASKS[:2]))
        self.assertEqual(found["trained"], [1, 3])
        words = dict(re.findall(r"(?m)^  (first|second) .* (learned|forgotten|unchanged)$", out))
        self.assertEqual(set(words), {"first", "second"}, out)
        self.assertEqual(words["second"], "learned")
        self.assertNotIn("Tasks in turn", out)
        self.run_job("blind", self.config(LORA), "training.validation=false")
        self.assertFalse((self.results("blind") / "continual.json").exists())

    def test_any_boundary_is_a_place_to_start_from(self):
        config = self.config(CONTINUAL)
        self.run_job("r", config)
        for suffix in ("boundary_0_1", "boundary_1_2", "lora_boundary_pre_to_post"):
            self.run_job(f"from_{suffix}", config, "--restore", f"general/default/r/{suffix}")
            for file in ("base", "adapters", "optimizer", "scores"):
                self.assertEqual((self.final(f"from_{suffix}") / f"{file}.safetensors").read_bytes(),
                                 (self.final("r") / f"{file}.safetensors").read_bytes(), file)
            self.assertEqual(self.continual(f"from_{suffix}"), self.continual("r"))

    def test_the_documents_example_runs(self):
        blocks = re.findall(r"```yaml run\n(.*?)```", (SOURCE / "docs/continual.md").read_text(), re.S)
        self.assertEqual(len(blocks), 1)
        self.run_job("r", self.config(blocks[0]), "runtime.threads=1")
        self.assertEqual(self.continual("r")["tasks"], TASKS[:3])

    def test_phase_1_may_be_left_to_weights_whose_family_is_theirs(self):
        weights = MODELS / "hf-random/llama-gqa"
        text = "job: continual/train/benchmark_lora\n" + CONTINUAL[CONTINUAL.index("logging:"):]
        self.run_job("r", self.config(text), f"architecture.backbone.weights={weights}", "architecture.block_size=16",
                     "architecture.dtype.activation=float32", "training.tokens=[]", "training.dataset=[]",
                     "training.post_lora_tokens=[640,640]", f"training.post_lora_dataset=[{PMD % 'first'},{PMD % 'second'}]")
        self.assertEqual(self.continual("r")["boundaries"],
                         ["start", "frozen", "lora_boundary_post_0_to_1", "end"])
        self.assertTrue((self.checkpoints("r") / "lora_boundary_post_0_to_1/adapters.safetensors").exists())
        self.assertIn("family: llama", (self.results("r") / "config.yaml").read_text())

    def test_a_run_goes_on_with_one_more_task(self):
        config = self.config(BENCHMARK)
        constant = "optimization.schedule=constant"
        self.run_job("whole", config, constant)
        two = ("training.tokens=[1280,960]", f"training.dataset=[{PMD % 'first'},{PMD % 'second'}]")
        self.run_job("r", config, constant, *two)
        self.assertEqual(self.continual("r")["boundaries"], ["start", "boundary_0_1", "end"])
        self.run_job("r", config, constant)
        self.assertEqual(self.continual("r")["boundaries"], ["start", "boundary_0_1", "boundary_1_2", "end"])
        self.assertEqual(self.steps("r"), self.steps("whole"))


class Refused(ContinualTest):
    def refused(self, fragments, *overrides, text=CONTINUAL):
        self.assert_refused(self.twofold("run", "r", self.config(text), self.root, *overrides), *fragments)
        self.assertFalse(self.checkpoints("r").exists())

    def test_fades(self):
        self.refused(["a fade is longer than its stage", "training/fade/overlap", "training/tokens/1"],
                     "training.fade.overlap=1.7")
        self.refused(["training/fade/per_boundary_overlap/1"], "training.fade.per_boundary_overlap=[0,2.5]")
        self.refused(["other boundaries than the stages have", "training/fade/per_boundary_overlap", "2 values"],
                     "training.fade.per_boundary_overlap=[0.1,0.1,0.1]")
        self.refused(["training/fade/curve", "linear, cosine, sigmoid"], "training.fade.curve=quick")
        self.refused(["training/fade/steepness"], "training.fade.steepness=0")

    def test_stages_and_the_control(self):
        self.refused(["lists of the same length", "training/tokens, training/dataset"], "training.tokens=[1280]")
        self.refused(["there is no stage to train on"], "training.tokens=[]", "training.dataset=[]", text=BENCHMARK)
        self.refused(["continual/control", "none, full"], "continual.control=half")
        result = self.twofold("plan", self.config(CONTINUAL), "architecture.family=lama")
        self.assert_refused(result, "architecture/family", "gpt, gpt_neox, llama, qwen")
        self.assertEqual(result.stderr.count("error:"), 1, result.stderr)
        self.refused(["unknown key training/post_lora_tokens"], "training.post_lora_tokens=[64]", text=BENCHMARK)
        huge = ("architecture.n_embd=65536", "architecture.intermediate_size=262144", "architecture.n_layers=64")
        phase_2 = ("training.tokens=[]", "training.dataset=[]")
        self.refused(["not enough memory for what phase 2 trains", "continual/control"],
                     *huge, *phase_2, "continual.control=full")

    def test_a_changed_control_or_fade_does_not_go_on(self):
        config = self.config(CONTINUAL)
        self.run_job("r", config)
        result = self.twofold("run", "r", config, self.root, "continual.control=full", "training.post_lora_tokens=[1920]")
        self.assert_refused(result, "the checkpoint is in phase 2")
        result = self.twofold("run", "r", config, self.root, "training.fade.overlap=0.5")
        self.assert_refused(result, "a fade changes rows that have been trained on")


REFERENCE = """job: continual/train/benchmark_lora
architecture:
  n_layers: 1
  n_embd: 16
  n_head: 2
  intermediate_size: -1
  block_size: 16
  vocab_size: 257
  dropout: 0.0
  rope: true
  bias: true
  layer_norm_eps: 1.0e-05
  dtype:
    param: float32
    activation: float32
training:
  batch_size: 4
  per_device_batch_size: -1
  warmup_pct: 0.01
  decay_pct: 0.1
  validation: true
  evaluate: true
  validation_steps: 8
  tokens: [640, 640]
  dataset:
  - - {name: first, rate: 1.0, style: PMD, suffix: ''}
  - - {name: second, rate: 1.0, style: PMD, suffix: ''}
  pre_lora_tokens:
  - 1000000000
  pre_lora_dataset:
  - - {name: fineweb, rate: 1.0, style: PMD, suffix: ''}
  post_lora_tokens:
  - 640
  post_lora_dataset:
  - - {name: third, rate: 1.0, style: PMD, suffix: ''}
  skip_first_dataset_validation: false
  fade:
    overlap: 0.2
    curve: sigmoid
    steepness: 10.0
    per_boundary_overlap: []
optimization:
  lr: 0.0003
  weight_decay: 0.1
  beta1: 0.9
  beta2: 0.95
  warmup_pct: 0.01
  decay_pct: 0.01
  schedule: wsd
  reset_optimizer: true
  lora:
    rank: 16
    alpha: 16.0
    target_modules:
    - kernel
eval:
  evaluations: []
  length: -1
tokenizer:
  backend: tiktoken
  name: cl100k_base
  huggingface:
    use_fast: true
    use_remote_code: false
logging:
  report_interval: 32
  checkpoint_interval: 1024
  validation_interval: 512
  wandb: false
  plots:
    save: false
"""
# What each line of it becomes, by what the errors say.
CHANGES = {"training/pre_lora_tokens": None, "training/pre_lora_dataset": None,
           "optimization/warmup_pct": "training/warmup_pct", "optimization/decay_pct": "training/decay_pct",
           "tokenizer/huggingface": None}


class ReferenceYaml(ContinualTest):
    def test_it_is_refused_with_every_line_to_change_and_runs_with_these_made(self):
        lines = REFERENCE.splitlines()
        result = self.twofold("run", "r", self.config(REFERENCE), self.root)
        self.assert_refused(result)
        found = {}
        for line, key, hint in re.findall(r"where: +\S+:(\d+) (\S+)\n(?:.*\n)*?  try: +(.*)", result.stderr):
            found[key] = (int(line), hint)
        self.assertEqual(set(found), set(CHANGES), result.stderr)
        for key, (number, hint) in found.items():
            self.assertIn(key.split("/")[-1], lines[number - 1])
            self.assertIn(CHANGES[key] or "leave it out", hint)
        self.run_job("r", self.config(changed(lines, found)), "runtime.threads=1")
        self.assertEqual(self.continual("r")["boundaries"], ["start", "boundary_0_1", "boundary", "frozen", "end"])


def changed(lines, found):
    """Without what is to be left out, and what lies below it; what has another place is there already."""
    gone, depth = [], None
    starts = {number for number, hint in found.values()}
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        if depth is not None and (indent > depth or (indent == depth and line.lstrip().startswith("-"))):
            continue
        depth = indent if number in starts else None
        if number not in starts:
            gone.append(line)
    return "\n".join(gone) + "\n"


if __name__ == "__main__":
    unittest.main()
