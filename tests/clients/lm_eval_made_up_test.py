"""twofold eval beside lm-eval 0.4.13 on tasks without a local file: made-up items in the format of each data set."""
import json
import unittest

from lm_eval_support import SOURCE, Comparison, LmEvalTest, models
from tokenizers_support import needs_shared_data

KEPT = SOURCE / "tests/eval/lm_eval/kept/made_up.jsonl"  # what lm-eval said, by make_made_up.py beside it


@needs_shared_data
class MadeUp(LmEvalTest):
    def test_what_lm_eval_said_of_made_up_items(self):
        model = models.make("gpt2", self.root)
        rows = [json.loads(line) for line in KEPT.read_text().splitlines()]
        self.assertEqual(len({row["task"] for row in rows}), 15)
        for place, row in enumerate(rows):
            name = f"{row['task']} with {row['num_fewshot']} examples"
            with self.subTest(name):
                data = self.root / f"data-{place}"
                data.mkdir()
                for file, items in row["files"].items():
                    (data / file).write_text("".join(json.dumps(item) + "\n" for item in items))
                scores, lines = self.evaluate(model, data, [row["task"]], "--num-fewshot", str(row["num_fewshot"]))
                row["stderr"].pop("f1", None)  # lm-eval's bootstrap, of other samples than ours
                Comparison(scores[row["task"]], lines[row["task"]], row).check(self, name)


if __name__ == "__main__":
    unittest.main()
