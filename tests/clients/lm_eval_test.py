"""twofold eval beside lm-eval 0.4.13: the same likelihoods, choices and scores on the same items."""
import json
import unittest

from lm_eval_support import SOURCE, LmEvalTest, items, models
from tokenizers_support import needs_shared_data

KEPT = SOURCE / "tests/eval/lm_eval/kept"  # what lm-eval said, by make_kept.py beside it
KEPT_ITEMS, LIVE_ITEMS = 200, 50


@needs_shared_data
class LmEval(LmEvalTest):
    def test_what_lm_eval_said_of_each_model(self):
        for name in models.NAMES:
            with self.subTest(name):
                data = items.write_data(self.root / f"data-{name}", KEPT_ITEMS)
                theirs = json.loads((KEPT / f"{name}.json").read_text())
                self.compare(name, models.make(name, self.root), data, theirs)

    def test_what_lm_eval_says_now(self):
        self.live("gpt2", LIVE_ITEMS)


if __name__ == "__main__":
    unittest.main()
