"""twofold eval beside lm-eval 0.4.13 where a model writes: the same texts, the same scores."""
import json
import subprocess
import unittest

from lm_eval_support import BINARY, SOURCE, LmEvalTest, models
from tokenizers_support import needs_shared_data

KEPT = SOURCE / "tests/eval/lm_eval/kept/written.json"  # what lm-eval said, by make_written.py beside it
DATA = SOURCE.parent / "shared/data/finetune"


@needs_shared_data
class Written(LmEvalTest):
    def test_gsm8k_with_its_examples_and_contexts_that_are_too_long(self):
        theirs = json.loads(KEPT.read_text())
        count = len(theirs["texts"])
        task, out, samples = (self.root / name for name in ("short.yaml", "out.json", "samples"))
        task.write_text(f"include: gsm8k\ngeneration_kwargs: {{max_gen_toks: {theirs['tokens']}}}\n")
        model = models.make(theirs["model"], self.root)
        result = subprocess.run([BINARY, "eval", model, "--tasks", task, "--data", DATA, "--limit", str(count),
                                 "--json", out, "--samples", samples], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        ours = json.loads(out.read_text())["short"]
        written = [json.loads(line)["text"] for line in (samples / "short.jsonl").read_text().splitlines()]
        self.assertEqual(written, theirs["texts"])
        self.assertEqual(ours["n"], count)
        self.assertEqual(ours["truncated"], count)
        self.assertEqual(ours["metrics"], theirs["metrics"])
        self.assertEqual(ours["stderr"], theirs["stderr"])


if __name__ == "__main__":
    unittest.main()
