"""Tasks that a run asks its model: eval/evaluations, in both phases."""
import json
import re
import unittest

from support import LORA, RunTest

CHOOSE = """
output_type: multiple_choice
data_files: [pairs.jsonl]
doc_to_text: "{{ question }}"
doc_to_choice: "{{ answers }}"
doc_to_target: label
target_delimiter: ""
metric_list: [{metric: acc}, {metric: acc_norm}]
"""
WRITE = """
output_type: generate_until
data_files: [pairs.jsonl]
doc_to_text: "{{ question }}"
doc_to_target: "{{ answers[0] }}"
generation_kwargs: {until: ["\\n"], max_gen_toks: 4}
metric_list: [{metric: exact_match}]
"""
TASKS = LORA + """
tokenizer: {backend: bytes}
eval: {evaluations: [ROOT/choose.yaml, ROOT/write.yaml, words_ppl]}
"""


def write_tasks(root):
    """Tasks and their data below `root`; the text of a config that asks them."""
    (root / "choose.yaml").write_text(CHOOSE)
    (root / "write.yaml").write_text(WRITE)
    (root / "eval").mkdir()
    rows = [{"question": f"q{i}", "answers": [f"a{i}", "bb"], "label": i % 2} for i in range(12)]
    (root / "eval/pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (root / "eval/words.txt").write_text("some words\nof a few\nlines\n")
    return TASKS.replace("ROOT", str(root))


class Evaluations(RunTest):
    def setUp(self):
        super().setUp()
        self.tasks = self.config(write_tasks(self.root))

    def evaluated(self, name, **more):
        return [line for line in self.metrics(name, **more) if "eval/choose/acc" in line]

    def test_every_validation_and_milestone_of_both_phases_asks_them(self):
        out = self.run_job("r", self.tasks).stdout
        self.assertIn("choose (12 questions), write (12 questions), words_ppl (3 questions); computed in float32", out)
        lines = self.evaluated("r")
        self.assertEqual([line.get("moment") for line in lines if "moment" in line],
                         ["start", "boundary", "frozen", "end", "adapters_off"])
        self.assertEqual(len(lines), len([line for line in self.metrics("r") if "val/first/loss" in line]))
        self.assertEqual({line["phase"] for line in lines}, {1, 2})
        for line in lines:
            for metric in ("choose/acc", "choose/acc_norm", "write/exact_match", "words_ppl/token_perplexity"):
                self.assertIn(f"eval/{metric}", line)
                self.assertIn(f"eval/{metric}/stderr", line)
            self.assertAlmostEqual(line["eval/choose/acc/stderr"],
                                   (line["eval/choose/acc"] * (1 - line["eval/choose/acc"]) / 11) ** 0.5)
        ends = {line["moment"]: line["eval/words_ppl/token_perplexity"] for line in lines if "moment" in line}
        self.assertNotEqual(ends["end"], ends["adapters_off"])
        self.assertEqual(ends["frozen"], ends["adapters_off"])
        self.assertIn("eval/choose/acc 0.", out)
        self.assertRegex(out, r"Tasks \(what the adapters change\)\n.*95 %.*\n\s+choose\s+acc\s+0\.\d+")

    def test_eval_says_the_same_of_the_runs_end(self):
        self.run_job("r", self.tasks)
        scores = self.root / "scores.json"
        names = f"{self.root / 'choose.yaml'},{self.root / 'write.yaml'},words_ppl"
        result = self.twofold("eval", "r", self.root, "--tasks", names, "--json", scores)
        self.assertEqual(result.returncode, 0, result.stderr)
        end = next(line for line in self.metrics("r") if line.get("moment") == "end")
        compared = 0
        for task, score in json.loads(scores.read_text()).items():
            for metric, value in score["metrics"].items():
                self.assertAlmostEqual(end[f"eval/{task}/{metric}"], value, delta=1e-6 * abs(value))
                self.assertAlmostEqual(end[f"eval/{task}/{metric}/stderr"], score["stderr"][metric],
                                       delta=1e-6 * abs(value))
                compared += 1
        self.assertEqual(compared, 7)

    def test_a_run_that_is_interrupted_asks_the_same(self):
        self.run_job("whole", self.tasks)
        self.run_job("parts", self.tasks, "training.post_lora_tokens=[640]")
        self.run_job("parts", self.tasks)
        whole, parts = self.evaluated("whole"), self.evaluated("parts")
        self.assertEqual(whole[-2:], parts[-2:])

    def test_a_part_of_the_questions_is_the_same_part_every_time(self):
        out = self.run_job("r", self.tasks, "eval.length=5").stdout
        self.assertIn("choose (5 questions)", out)
        self.assertIn("words_ppl (3 questions)", out)
        frozen = {line["moment"]: line for line in self.evaluated("r") if "moment" in line}
        for metric in ("choose/acc", "words_ppl/token_perplexity"):
            self.assertEqual(frozen["frozen"][f"eval/{metric}"], frozen["adapters_off"][f"eval/{metric}"])

    def test_they_can_be_left_out_and_asked_without_validation(self):
        self.run_job("none", self.tasks, "training.evaluate=false")
        self.assertEqual(self.evaluated("none"), [])
        self.run_job("alone", self.tasks, "training.validation=false")
        lines = self.evaluated("alone")
        self.assertGreater(len(lines), 5)
        self.assertFalse([key for line in self.metrics("alone") for key in line if key.startswith("val/")])
        self.run_job("both", self.tasks)
        self.assertEqual([line["eval/choose/acc"] for line in lines],
                         [line["eval/choose/acc"] for line in self.evaluated("both")])

    def test_data_may_be_elsewhere(self):
        (self.root / "eval").rename(self.root / "elsewhere")
        result = self.twofold("plan", self.tasks, self.root)
        self.assert_refused(result, "eval", "pairs.jsonl", "words.jsonl or words.txt", "no such folder")
        self.assert_refused(self.twofold("run", "r", self.tasks, self.root), "pairs.jsonl")
        self.assertFalse((self.root / "results").exists())
        self.run_job("r", self.tasks, f"eval.data={self.root / 'elsewhere'}")
        self.assert_refused(self.twofold("plan", self.tasks, "eval.data=/nowhere"), "/nowhere", "no such folder")

    def test_faults_of_tasks_come_with_those_of_the_settings(self):
        result = self.twofold("plan", self.tasks, "eval.evaluations=[piqua, arc_chalenge]", "logging.keep=-1")
        self.assert_refused(result, "piqua", "`piqa`", "arc_challenge", "logging/keep")
        self.assert_refused(self.twofold("plan", self.tasks, "eval.evaluations=[piqa, piqa]"), "a task twice", "piqa")
        (self.root / "choose.yaml").write_text(CHOOSE.replace("acc_norm", "bleu"))
        self.assert_refused(self.twofold("plan", self.tasks), "choose.yaml", "bleu")

    def test_a_broken_question_names_its_line(self):
        with open(self.root / "eval/pairs.jsonl", "a") as file:
            file.write('{"question": "q", "answers": ["a", "b"], "label": 7}\n')
        self.assert_refused(self.twofold("plan", self.tasks, self.root), "pairs.jsonl:13")

    def test_the_references_names_mean_the_references_tasks(self):
        row = {"premise": "It rains.", "hypothesis": "It is wet.", "label": 0}
        (self.root / "eval/mnli_validation_matched.jsonl").write_text(json.dumps(row) + "\n")
        plan = self.twofold("plan", self.tasks, self.root, "eval.evaluations=[mnli]")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertIn("eval/evaluations: mnli is mnli_rollout here", plan.stdout)
        wide = ["architecture.block_size=32", "eval.evaluations=[mnli]"]
        out = self.run_job("r", self.tasks, *wide).stdout
        self.assertRegex(out, re.compile("mnli_rollout: 1 of 1 contexts are too long"))
        self.assertTrue(all("eval/mnli_rollout/exact_match" in line for line in self.metrics("r") if "moment" in line))

    def test_answers_that_do_not_fit_say_so(self):
        (self.root / "write.yaml").write_text(WRITE.replace("max_gen_toks: 4", "max_gen_toks: 16"))
        self.assert_refused(self.twofold("run", "r", self.tasks, self.root), "max_gen_toks")


if __name__ == "__main__":
    unittest.main()
