"""twofold eval beside lm-eval 0.4.13: the same likelihoods, choices and scores on the same items."""
import json
import unittest

from lm_eval_support import SOURCE, Comparison, LmEvalTest, allowed, items, models
from tokenizers_support import needs_shared_data

KEPT = SOURCE / "tests/eval/lm_eval/kept"  # what lm-eval said, by make_kept.py beside it
KEPT_ITEMS, LIVE_ITEMS = 200, 50


class CloseCalls(unittest.TestCase):
    """What the comparison itself lets pass."""

    def compared(self, margin, chosen):
        lls = [-10.0, -10.0 - margin]
        comparison = Comparison({}, [{"i": 3, "ll": lls, "chosen": chosen}], {"ll": [lls], "metrics": {}})
        comparison.check(self, "made, piqa")
        return comparison.close

    def test_a_choice_may_differ_within_the_margin_alone_and_is_listed(self):
        self.assertEqual(self.compared(0.5, 0), [])
        [call] = self.compared(1e-4, 1)
        for word in ("piqa", "item 3", "1.0e-04", "takes 1"):
            self.assertIn(word, call)
        with self.assertRaises(AssertionError):
            self.compared(1.5 * allowed(10), 1)


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
