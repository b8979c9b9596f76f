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
    def ask(self, command, *model):
        lines = "".join(json.dumps({"ids": row}) + "\n" for row in ROWS)
        done = self.twofold(*command, *model, "--ids", "-", input=lines)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def theirs(self, folder):
        """Losses and greedy ids, by transformers in float32."""
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32,
                                                                  attn_implementation="eager").eval()
        losses, texts = [], []
        for row in ROWS:
            ids = torch.tensor([row])
            with torch.no_grad():
                losses.append(model(ids, labels=ids).loss.item())
                out = model.generate(ids[:, :5], max_new_tokens=TOKENS, do_sample=False, pad_token_id=0)
            texts.append(out[0, 5:].tolist())
        return losses, texts

    def greedy(self, *model):
        lines = "".join(json.dumps({"ids": row[:5]}) + "\n" for row in ROWS)
        done = self.twofold("generate", *model, "--ids", "-", "--temperature", "0", "--tokens", TOKENS, input=lines)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line)["ids"] for line in done.stdout.splitlines()]

    def compare(self, name, folder, *model):
        losses, texts = self.theirs(folder)
        found = [line["loss"] for line in self.ask(("score",), *model)]
        error = max(abs(a - b) for a, b in zip(losses, found, strict=True))
        print(f"merged {name:12} {error:.1e}")
        self.assertLess(error, 5e-5, name)
        self.assertEqual(self.greedy(*model), texts, name)

    def test_every_family(self):
        for name, (family, settings, model_type) in VARIANTS.items():
            with self.subTest(name):
                self.run_job(name, self.config(config_for(family)), *("architecture." + text for text in settings))
                for dtype in ("float32", "bfloat16"):
                    out = self.root / f"{name}-{dtype}"
                    done = self.twofold("export", name, self.root, "--to", "merged", out, "--dtype", dtype)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(json.loads((out / "config.json").read_text())["model_type"], model_type)
                    # Rounded to bfloat16 the files are another model than the run's; ours reads them as they do.
                    self.compare(f"{name} {dtype}", out, *((name, self.root) if dtype == "float32" else (out,)))


if __name__ == "__main__":
    unittest.main()
