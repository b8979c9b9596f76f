"""twofold eval beside lm-eval on every item of every model (make test-long)."""
import unittest

from lm_eval_support import LmEvalTest, models
from tokenizers_support import needs_shared_data


@needs_shared_data
class EveryItem(LmEvalTest):
    def test_what_lm_eval_says_now(self):
        for name in models.NAMES:
            with self.subTest(name):
                self.live(name, None)


if __name__ == "__main__":
    unittest.main()
