"""twofold eval from outside: its files, adapters at several scales, gates, and what it refuses."""
import json
import math
import re
import unittest

from support import MODELS, NO_PHASE_1, SOURCE, RunTest, on_weights

MODEL = MODELS / "bible-656k"
TASK = """output_type: multiple_choice
data_files: [verses.jsonl]
doc_to_text: "{{ begin }}"
doc_to_choice: "{{ ends }}"
doc_to_target: right
metric_list: [{metric: acc}, {metric: acc_norm}]
"""
VERSES = ["In the beginning God created", "And God said, Let there be", "And the evening and the morning were",
          "The LORD is my", "Blessed are the poor in", "Jesus wept and"]
ENDS = ["the heaven and the earth.", "light", "the first day.", "shepherd; I shall not want.", "spirit", "said unto him"]
TEXT = {"output_type": "loglikelihood_rolling", "data_files": ["text.jsonl"], "doc_to_target": "text",
        "metric_list": [{"metric": metric} for metric in ("token_perplexity", "word_perplexity", "byte_perplexity",
                                                          "bits_per_byte")]}


class Eval(RunTest):
    def setUp(self):
        super().setUp()
        self.data = self.root / "eval"
        self.data.mkdir()
        rows = [{"begin": begin, "ends": [ENDS[i], ENDS[i - 1], "xylophones"], "right": 0}
                for i, begin in enumerate(VERSES)]
        self.lines("verses.jsonl", rows)
        self.lines("text.jsonl", [{"text": f"{begin} {end}"} for begin, end in zip(VERSES, ENDS, strict=True)])
        self.verses = self.config(TASK, "verses.yaml")
        self.text = self.config(json.dumps(TEXT), "text.yaml")

    def lines(self, name, rows):
        (self.data / name).write_text("".join(json.dumps(row) + "\n" for row in rows))

    def eval(self, *arguments, code=0):
        out = self.root / "out.json"
        out.unlink(missing_ok=True)
        done = self.twofold("eval", *arguments, "--data", self.data, "--json", out)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.said = done.stdout
        return json.loads(out.read_text())

    def refused(self, *arguments, says):
        self.assert_refused(self.twofold("eval", *arguments, "--data", self.data), *says)

    def trained(self):
        """A run whose adapters changed much, and the same as a PEFT folder."""
        yaml = self.config(on_weights() + f"tokenizer: {{backend: huggingface, file: {MODEL}, add_special: true}}\n",
                           "fit.yaml")
        self.run_job("fit", yaml, *NO_PHASE_1, f"architecture.backbone.weights={MODEL}", "architecture.block_size=16",
                     "architecture.dtype.activation=float32", "optimization.lora.lr=0.05",
                     "optimization.lora.base_dtype=float32", "training.post_lora_tokens=[320]")
        folder = self.root / "adapter"
        done = self.twofold("export", "fit", self.root, "--to", "peft", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return folder

    # ── what is written ──
    def test_scores_answers_and_table(self):
        samples = self.root / "samples"
        scores = self.eval(MODEL, "--tasks", f"{self.verses},{self.text}", "--samples", samples)
        verses, text = scores["verses"], scores["text"]
        self.assertEqual(list(scores), ["verses", "text"])
        self.assertEqual(verses["n"], len(VERSES))
        self.assertRegex(verses["fingerprint"], "^[0-9a-f]{16}$")
        self.assertNotEqual(verses["fingerprint"], text["fingerprint"])
        self.assertEqual(list(verses["metrics"]), ["acc", "acc_norm"])
        answers = [json.loads(line) for line in (samples / "verses.jsonl").read_text().splitlines()]
        right = [answer["chosen"] == answer["gold"] for answer in answers]
        self.assertEqual([answer["i"] for answer in answers], list(range(len(VERSES))))
        self.assertEqual(verses["metrics"]["acc"], sum(right) / len(right))
        share = sum(right) / len(right)
        self.assertAlmostEqual(verses["stderr"]["acc"], math.sqrt(share * (1 - share) / (len(right) - 1)))
        self.assertNotIn("bootstrap", verses)
        self.assertEqual(text["bootstrap"]["seed"], 1234)
        metrics = text["metrics"]
        self.assertAlmostEqual(metrics["bits_per_byte"], math.log2(metrics["byte_perplexity"]))
        self.assertGreater(text["stderr"]["token_perplexity"], 0)
        for word in ("verses", "acc_norm", "token_perplexity", "±"):
            self.assertIn(word, self.said)

    def test_limits_examples_and_dtype(self):
        few = self.eval(MODEL, "--tasks", self.verses, "--limit", 3)["verses"]
        self.assertEqual((few["n"], len(few["items"]["acc"])), (3, 3))
        whole = self.eval(MODEL, "--tasks", self.text)["text"]["metrics"]["token_perplexity"]
        narrow = self.eval(MODEL, "--tasks", self.text, "--dtype", "bfloat16")["text"]["metrics"]["token_perplexity"]
        self.assertNotEqual(whole, narrow)
        self.assertAlmostEqual(narrow / whole, 1, delta=0.05)
        samples = [self.root / name for name in ("none", "two")]
        self.eval(MODEL, "--tasks", self.verses, "--samples", samples[0])
        self.eval(MODEL, "--tasks", self.verses, "--samples", samples[1], "--num-fewshot", 2)
        self.assertNotEqual(*((folder / "verses.jsonl").read_text() for folder in samples))

    def test_a_context_that_is_too_long_is_cut_and_counted(self):
        self.lines("verses.jsonl", [{"begin": "word " * 600 + VERSES[0], "ends": ENDS[:2], "right": 0},
                                    {"begin": VERSES[0], "ends": ENDS[:2], "right": 0}])
        self.assertEqual(self.eval(MODEL, "--tasks", self.verses)["verses"]["truncated"], 1)
        self.assertIn("1 contexts were too long", self.said)

    # ── adapters ──
    def test_adapters_at_several_scales(self):
        folder = self.trained()
        tasks = ("--tasks", f"{self.text},{self.verses}")
        scales = self.eval(MODEL, *tasks, "--adapter", folder, "--adapter-scale", "0,0.5,1")["scales"]
        self.assertEqual(list(scales), ["0", "0.5", "1"])
        self.assertIn("scale 0.5", self.said)
        self.assertRegex(self.said, r"1 less 0 \(95 %\)")
        self.assertRegex(self.said, r"verses +acc .*[+-]0\.\d{4} … [+-]\d\.\d{4}")
        self.assertEqual(scales["0"], self.eval(MODEL, *tasks))
        self.assertEqual(scales["1"], self.eval(MODEL, *tasks, "--adapter", folder))
        values = [one["text"]["metrics"]["token_perplexity"] for one in scales.values()]
        self.assertEqual(len(set(values)), 3)
        of_run = self.eval("fit", self.root, *tasks, "--adapter-scale", "0,0.5,1")["scales"]
        for scale, one in of_run.items():
            self.assertAlmostEqual(one["text"]["metrics"]["token_perplexity"] /
                                   scales[scale]["text"]["metrics"]["token_perplexity"], 1, 4, scale)
        off = self.eval("fit", self.root, *tasks, "--adapters-off")
        self.assertEqual(off["text"], of_run["0"]["text"])

    # ── gates ──
    def gate(self, text, *arguments, code):
        gate = self.config(text, "gate.yaml")
        return self.eval(*arguments, "--gate", gate, code=code)

    def test_a_gate_holds_only_beyond_the_interval(self):
        folder = self.trained()
        ours = (MODEL, "--tasks", f"{self.text},{self.verses}", "--adapter", folder)
        self.gate("{baseline: adapters_off, not_worse: {'text/token_perplexity': 1.0}}", *ours, code=3)
        self.assertIn("not met", self.said)
        self.gate("{baseline: adapters_off, not_worse: {'*': 1.0e+12}}", *ours, code=0)
        self.assertIn("verses/acc_norm", self.said)
        base = self.root / "base.json"
        self.twofold("eval", "fit", self.root, "--adapters-off", "--tasks", self.text, "--json", base)
        self.gate(f"{{baseline: {base}, learned: {{text/bits_per_byte: 0}}}}", MODEL, "--tasks", self.text,
                  "--adapter", folder, code=3)
        worse = self.root / "worse.json"
        self.twofold("eval", MODEL, "--adapter", folder, "--tasks", self.text, "--data", self.data, "--json", worse)
        self.gate(f"{{baseline: {worse}, learned: {{text/bits_per_byte: 0.01}}}}", MODEL, "--tasks", self.text, code=0)
        same = f"{{baseline: {worse}, learned: {{text/bits_per_byte: 0}}}}"
        self.gate(same, MODEL, "--adapter", folder, "--tasks", self.text, code=3)
        self.gate(same.replace("learned", "not_worse"), MODEL, "--adapter", folder, "--tasks", self.text, code=0)

    def refused_unscored(self, gate, *arguments, says):
        """Exit code 2 before anything is scored: there is no table, no file and no answer yet."""
        out, samples = self.root / "out.json", self.root / "samples"
        out.unlink(missing_ok=True)
        done = self.twofold("eval", *arguments, "--data", self.data, "--gate", self.config(gate, "gate.yaml"),
                            "--json", out, "--samples", samples)
        self.assert_refused(done, *says)
        self.assertNotIn("Scores", done.stdout)
        self.assertFalse(out.exists() or samples.exists())

    def test_a_gates_faults_are_told_before_anything_is_scored(self):
        base = self.root / "base.json"
        self.twofold("eval", MODEL, "--tasks", self.text, "--data", self.data, "--json", base)
        ours = (MODEL, "--tasks", f"{self.text},{self.verses}")
        self.refused_unscored("{baseline: nowhere.json, not_worse: {'*': 1}}", *ours, says=["nowhere.json"])
        self.refused_unscored(f"{{baseline: {base}, learned: {{text/acc: 0, rhyme/acc: 0}}}}", *ours,
                              says=["text/acc", "rhyme/acc", "text/bits_per_byte", "verses/acc_norm"])
        self.refused_unscored(f"{{baseline: {base}, not_worse: {{'*': 1}}}}", *ours,
                              says=["base.json", "verses/acc"])

    def test_a_baseline_of_other_items_is_refused(self):
        base = self.root / "base.json"
        gate = f"{{baseline: {base}, not_worse: {{'*': 1.0e+12}}}}"
        ours = (MODEL, "--tasks", self.verses)
        self.twofold("eval", *ours, "--data", self.data, "--json", base)
        self.gate(gate, *ours, code=0)
        self.refused_unscored(gate, *ours, "--num-fewshot", 1, says=["other items", "base.json", "verses"])
        rows = [{"begin": begin, "ends": [ENDS[i], ENDS[i - 1]], "right": 0} for i, begin in enumerate(VERSES)]
        self.lines("verses.jsonl", rows)
        self.refused_unscored(gate, *ours, says=["other items", "base.json", "verses"])
        scores = json.loads(base.read_text())
        del scores["verses"]["fingerprint"]
        base.write_text(json.dumps(scores))
        self.gate(gate, *ours, code=0)
        self.assertEqual(self.said.count("only their number is compared"), 1)
        scores["verses"]["items"]["acc"].pop()
        base.write_text(json.dumps(scores))
        self.refused_unscored(gate, *ours, says=["base.json", "different numbers of items"])

    def test_a_model_is_not_compared_with_itself(self):
        gate = "{baseline: adapters_off, not_worse: {'*': 0.02}}"
        ours = (MODEL, "--tasks", self.verses)
        self.refused_unscored(gate, *ours, says=["no adapters", "adapters_off", "--adapter DIR"])
        self.refused_unscored(gate, *ours, "--adapter-scale", "1", says=["no adapters", "--adapter DIR"])
        folder = self.trained()
        self.refused_unscored(gate, "fit", self.root, "--tasks", self.verses, "--adapters-off", says=["no adapters"])
        for scales, says in (("0", "with itself"), ("0,1", "judges one model"), ("0.5,1", "judges one model")):
            self.refused_unscored(gate, *ours, "--adapter", folder, "--adapter-scale", scales, says=[says])
        self.gate(gate.replace("0.02", "1.0e+12"), *ours, "--adapter", folder, "--adapter-scale", "0.5", code=0)

    def test_faulty_gates_are_refused(self):
        base = self.root / "base.json"
        self.twofold("eval", MODEL, "--tasks", self.text, "--data", self.data, "--json", base, "--limit", 3)
        for text, says in {
                "{learned: {text/acc: 0}}": ["baseline"],
                "{baseline: adapters_off}": ["without a condition"],
                "{baseline: adapters_off, learned: {text/acc: -1}}": ["gate.yaml:1", "text/acc"],
                f"{{baseline: {base}, lerned: {{text/acc: 1}}}}": ["gate.yaml:1", "lerned", "learned"],
                f"{{baseline: {base}, learned: {{text/acc: 1}}}}": ["text/acc", "text/bits_per_byte"],
                f"{{baseline: {base}, not_worse: {{'*': 1}}}}": ["other items", "3"],
                f"{{baseline: {self.text}, not_worse: {{'*': 1}}}}": ["text.yaml"],
                "{baseline: none.json, not_worse: {'*': 1}}": ["none.json"]}.items():
            with self.subTest(text):
                gate = self.config(text, "gate.yaml")
                done = self.twofold("eval", MODEL, "--tasks", self.text, "--data", self.data, "--gate", gate)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                for word in says:
                    self.assertIn(word, done.stderr)

    # ── the page ──
    def test_the_commands_of_the_page_run(self):
        page = (SOURCE / "docs/eval.md").read_text()
        adapter = self.trained()
        own, gate = re.findall(r"```yaml\n(# verses.*?)```", page, re.S)[0], re.findall(r"```yaml\n(base.*?)```", page, re.S)[0]
        self.config(own, "verses.yaml")
        self.config("include: verses.yaml\n", "rhyme.yaml")
        self.config(gate, "gate.yaml")
        self.lines("verses.jsonl", [{"begin": begin, "right": ENDS[i], "wrong": ENDS[i - 1]}
                                    for i, begin in enumerate(VERSES)])
        commands = re.search(r"```sh eval\n(.*?)```", page, re.S)[1].splitlines()
        commands.append("twofold eval MODEL --tasks verses,rhyme --data DATA --adapter ADAPTER --gate gate.yaml")
        for command in commands:
            for word, value in {"MODEL": MODEL, "DATA": self.data, "ADAPTER": adapter, "NAME": "fit", "ROOT": self.root,
                                "verses": "verses.yaml", "rhyme": "rhyme.yaml"}.items():
                command = re.sub(rf"\b{word}\b", str(value), command)
            done = self.twofold(*command.split()[1:], cwd=self.root)
            self.assertEqual(done.returncode, 3 if "gate" in command else 0, command + done.stdout + done.stderr)
        self.assertEqual(len((self.root / "answers/rhyme.jsonl").read_text().splitlines()), 4)

    # ── what is refused ──
    def test_faults_are_named(self):
        tasks = ("--tasks", self.verses)
        self.refused(MODEL, "--tasks", "piqua", says=["no task", "did you mean `piqa`"])
        self.refused(MODEL, "--tasks", "piqa", says=["piqa_valid.jsonl", "--data"])
        self.refused(MODEL, *tasks, "--limit", "-1", says=["--limit"])
        self.refused(MODEL, *tasks, "--dtype", "float61", says=["--dtype", "bfloat16"])
        self.refused(MODEL, *tasks, "--adapter-scale", "0,half", says=["--adapter-scale", "half"])
        for scales in ("0.5", "0", "1", "0,1"):
            self.refused(MODEL, *tasks, "--adapter-scale", scales, says=["no adapters", "--adapter-scale"])
        self.refused(MODEL, *tasks, "--adapter-scale", "1,0.5,1", says=["each number once", "1 twice"])
        self.refused(MODEL, "--tasks", f"{self.verses},{self.verses}", says=["a task twice", "--tasks", "verses"])
        self.assert_refused(self.twofold("eval", MODEL, *tasks), "--data")
        self.config(TASK.replace("acc_norm", "acc_nrom"), "verses.yaml")
        self.refused(MODEL, *tasks, says=["verses.yaml:6", "acc_nrom", "acc_norm"])

    def test_a_task_of_the_reference_alone_has_its_bare_id(self):
        row = {"context": "It rained.", "question": "Why?", "answerA": "a", "answerB": "b", "answerC": "c",
               "label": "2"}
        self.lines("siqa_validation.jsonl", [row])
        scores = self.eval(MODEL, "--tasks", "siqa,siqa_rollout")
        self.assertEqual(list(scores), ["siqa", "siqa_rollout"])
        self.assertEqual(scores["siqa"], scores["siqa_rollout"])
        self.lines("siqa_validation.jsonl", [row, {**row, "label": "4"}])
        self.refused(MODEL, "--tasks", "siqa", says=["siqa_validation.jsonl:2"])

    def test_faulty_items_are_named_by_line(self):
        good = {"begin": "a", "ends": ["b", "c"], "right": 0}
        for bad, says in [({**good, "right": 2}, "verses.jsonl:2"), ({**good, "ends": []}, "verses.jsonl:2"),
                          ({"ends": ["b"], "right": 0}, "verses.jsonl:2")]:
            self.lines("verses.jsonl", [good, bad])
            self.refused(MODEL, "--tasks", self.verses, says=[says])
        (self.data / "verses.jsonl").write_text(json.dumps(good) + "\n{\"begin\"\n")
        self.refused(MODEL, "--tasks", self.verses, says=["verses.jsonl:2"])
        (self.data / "verses.jsonl").write_text("")
        self.refused(MODEL, "--tasks", self.verses, says=["no documents"])


if __name__ == "__main__":
    unittest.main()
