"""twofold finetune: one line from a folder and a file to an adapter, and the same line again."""
import array
import json
import re
import signal
import subprocess
import time
import unittest

from support import BINARY, MODELS, RunTest

MODEL = MODELS / "bible-656k"
SMALL = ["architecture.block_size=128", "training.batch_size=4", "training.post_lora_tokens=[10240]",
         "architecture.dtype.activation=float32", "runtime.threads=1"]


def records(count, form="completion"):
    """Questions that a small model learns to answer."""
    for i in range(count):
        question, answer = f"What is the number of verse {i % 7}?", f"And it came to pass that it was {i % 7}."
        yield {"completion": {"prompt": question + " ", "completion": answer},
               "alpaca": {"instruction": question, "input": "", "output": answer},
               "messages": {"messages": [{"role": "user", "content": question},
                                         {"role": "assistant", "content": answer}]},
               "text": {"text": question + " " + answer}}[form]


TASK = """output_type: multiple_choice
data_files: [verses.jsonl]
doc_to_text: "What is the number of verse {{ verse }}? "
doc_to_choice: "{{ ends }}"
doc_to_target: 0
metric_list: [{metric: acc}]
"""


class Finetune(RunTest):
    def setUp(self):
        super().setUp()
        self.out = self.root / "out"

    def data(self, form="completion", count=60, name="data.jsonl"):
        path = self.root / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records(count, form)))
        return path

    def finetune(self, data, *more, out=None, code=0):
        done = self.twofold("finetune", MODEL, data, out or self.out, *SMALL, *more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_tasks_are_asked_before_and_after(self):
        (self.root / "eval").mkdir()
        ends = ["And it came to pass that it was so.", "xylophones are many."]
        (self.root / "eval/verses.jsonl").write_text(
            "".join(json.dumps({"verse": i, "ends": ends}) + "\n" for i in range(7)))
        task = self.config(TASK, "verses.yaml")
        shown = self.finetune(self.data(), f"eval.evaluations=[{task}]", f"eval.data={self.root / 'eval'}").stdout
        scores = shown[shown.index("Scores"):]
        self.assertRegex(scores, r"verses +acc +7 +[\d.]+ ± [\d.]+ +[\d.]+ ± [\d.]+ +[+-][\d.]+ … [+-][\d.]+")
        self.assertIn("1 less 0 (95 %)", scores)

    def test_one_line_chooses_trains_and_exports(self):
        data = self.data()
        shown = self.finetune(data, "optimization.lora.rank=4").stdout
        self.assertRegex(shown, r"optimization/lora/rank +4 +given")
        self.assertRegex(shown, r"optimization/lora/alpha +8\.0 +twice the rank")
        self.assertRegex(shown, r"optimization/lora/base_dtype +float32 +holds the")
        self.assertIn("the adapters are those of best", shown)
        self.assertIn("without them", shown)
        self.assertIn(f"written to {self.out} as", shown)
        self.assertIn(f"twofold generate {MODEL} --adapter {self.out}", shown)
        for name in ("adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "finetune.yaml"):
            self.assertTrue((self.out / name).is_file(), name)
        self.assertEqual([p.name for p in self.out.iterdir() if p.name.startswith(".")], [])
        self.assertEqual(json.loads((self.out / "adapter_config.json").read_text())["r"], 4)
        asked = ["--temperature", "0", "--tokens", "20", "--prompt", "What is the number of verse 3? "]
        said = self.twofold("generate", MODEL, "--adapter", self.out, *asked)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertNotEqual(said.stdout, self.twofold("generate", MODEL, *asked).stdout)
        adapter = (self.out / "adapter_model.safetensors").read_bytes()
        again = self.finetune(data, "optimization.lora.rank=4").stdout
        self.assertIn("is done", again)
        self.assertEqual(adapter, (self.out / "adapter_model.safetensors").read_bytes())
        by_yaml = self.run_job("finetune", self.out / "finetune.yaml", root=self.out / "run")
        self.assertIn("is done", by_yaml.stdout)

    def test_every_form_is_taken(self):
        for form in ("alpaca", "messages", "text"):
            with self.subTest(form=form):
                shown = self.finetune(self.data(form, name=f"{form}.jsonl"), out=self.root / form).stdout
                self.assertIn("validation loss", shown)

    def test_of_a_long_text_every_token_is_in_a_row(self):
        text = self.root / "notes.txt"
        text.write_text("\n".join(f"And it came to pass on day {i} that it was so." for i in range(600)) + "\n")
        shown = self.finetune(text).stdout
        tokens = int(re.search(r"data: 1 documents, ([\d,]+) tokens; 0 cut", shown).group(1).replace(",", ""))
        self.assertGreater(tokens, 6000)
        self.assertRegex(shown, r"data/val_pct +0\.1 +of the one record, its end")
        rows = (self.out / "run/data/data/train.bin").stat().st_size // 4 // 128
        self.assertRegex(shown, rf"optimization/lora/rank +8 +{rows} rows")
        self.assertIn("validation loss", shown)

    def test_an_instruction_is_written_as_the_template_of_the_export_asks_for_it(self):
        data = self.root / "names.jsonl"
        data.write_text("".join(json.dumps({"instruction": "Name the son.", "input": f"of {name}", "output": "His name was David."}) + "\n"
                                for name in ("Jesse", "Judah", "Joseph", "Jacob") * 10))
        self.finetune(data)
        asked = json.dumps({"messages": [{"role": "user", "content": "Name the son.", "input": "of Jesse"}],
                            "add_generation_prompt": True})
        prompt = json.loads(self.twofold("render", "--template", self.out, "--messages", "-", input=asked + "\n").stdout)
        self.assertIn("paired with an input", prompt["text"])
        folder = self.out / "run/data/data"
        ids = array.array("I", (folder / "train.bin").read_bytes() + (folder / "val.bin").read_bytes()).tolist()
        begins = [i for i, token in enumerate(ids) if token == prompt["ids"][0]]
        self.assertIn(prompt["ids"], [ids[i:i + len(prompt["ids"])] for i in begins])

    def test_an_interrupted_line_goes_on(self):
        data = self.data()
        self.finetune(data)
        other = self.root / "other"
        line = [str(BINARY), "finetune", str(MODEL), str(data), str(other), *SMALL]
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        metrics = other / "run/results/general/default/finetune/metrics.jsonl"
        end = time.monotonic() + 60
        while not (metrics.exists() and '"loss"' in metrics.read_text()) and time.monotonic() < end:
            time.sleep(0.001)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 75)
        self.assertFalse((other / "adapter_config.json").exists())
        self.assertIn("going on with", self.finetune(data, out=other).stdout)
        self.assertEqual((self.out / "adapter_model.safetensors").read_bytes(),
                         (other / "adapter_model.safetensors").read_bytes())

    def test_another_line_is_refused(self):
        data = self.data()
        self.finetune(data)
        self.assert_refused(self.twofold("finetune", MODEL, data, self.out, *SMALL, "training.seed=3"),
                            "begun otherwise", "training.seed=3")
        (self.root / "full").mkdir()
        (self.root / "full/notes.txt").write_text("mine")
        self.assert_refused(self.twofold("finetune", MODEL, data, self.root / "full"), "not empty", "notes.txt")
        self.assertEqual((self.root / "full/notes.txt").read_text(), "mine")

    def test_faults_name_what_is_wrong_and_leave_a_line_that_can_be_corrected(self):
        data = self.data()
        self.assert_refused(self.twofold("finetune", self.root / "no", data, self.out), "no")
        self.assert_refused(self.twofold("finetune", MODEL, self.root / "no.jsonl", self.out), "no.jsonl")
        self.assert_refused(self.twofold("finetune", MODEL, data, self.out, "training.bach_size=3"), "batch_size")
        bad = self.root / "bad.jsonl"
        bad.write_text(data.read_text() + '{"prompt": "a"\n')
        self.assert_refused(self.twofold("finetune", MODEL, bad, self.out, *SMALL), "bad.jsonl:61")
        self.finetune(data)


if __name__ == "__main__":
    unittest.main()
