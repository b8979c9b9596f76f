"""What `twofold export --to merged` writes of runs of every family, in transformers: our loss within 5e-5, our greedy
ids."""
import json
import pathlib
import sys
import unittest

import torch
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from support import RunTest  # noqa: E402
from weights_test import VARIANTS, config_for  # noqa: E402

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
torch.set_num_threads(1)

ROWS = [list(range(40, 55)), [7, 200, 13, 99, 41]]
TOKENS = 8


class Merged(RunTest):
    def theirs(self, folder, text):
        """Losses, and greedy ids if they are wanted, by transformers in float32."""
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32,
                                                                  attn_implementation="eager").eval()
        losses, texts = [], []
        for row in ROWS:
            ids = torch.tensor([row])
            with torch.no_grad():
                losses.append(model(ids, labels=ids).loss.item())
                if text:
                    out = model.generate(ids[:, :5], max_new_tokens=TOKENS, do_sample=False, pad_token_id=0)
                    texts.append(out[0, 5:].tolist())
        return losses, texts

    def compare(self, name, folder, *model, text):
        losses, texts = self.theirs(folder, text)
        error = max(abs(line["loss"] - loss) for line, loss in zip(self.ask(ROWS, "score", *model), losses, strict=True))
        print(f"merged {name:18} {error:.1e}")
        self.assertLess(error, 5e-5, name)
        if text:
            found = self.ask([row[:5] for row in ROWS], "generate", *model, "--temperature", "0", "--tokens", TOKENS)
            self.assertEqual([line["ids"] for line in found], texts, name)

    def test_every_family(self):
        for name, (family, settings, model_type) in VARIANTS.items():
            with self.subTest(name):
                self.run_job(name, self.config(config_for(family)), *("architecture." + text for text in settings))
                # Rounded to bfloat16 the files are another model than the run's; ours reads them as they do.
                for dtype, model in (("float32", (name, self.root)), ("bfloat16", (self.root / f"{name}-bfloat16",))):
                    out = self.root / f"{name}-{dtype}"
                    done = self.twofold("export", name, self.root, "--to", "merged", out, "--dtype", dtype,
                                        "--no-tokenizer")
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(json.loads((out / "config.json").read_text())["model_type"], model_type)
                    self.compare(f"{name} {dtype}", out, *model, text=dtype == "float32")


if __name__ == "__main__":
    unittest.main()
