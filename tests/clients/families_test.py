"""transformers writes models of every family at odd shapes; `twofold score` and `generate` agree with it.

Losses within 2e-5, log-probabilities and logits within 1e-4 (float32 on both sides), greedy ids equal.
With TWOFOLD_REPORT=1 the largest errors of each case are printed.
"""
import json
import pathlib
import shutil
import subprocess
import unittest

import torch
import transformers

from model_cases import BINARY, CASES, COMMON, Folder, make_model, twofold


class Families(Folder):
    def test_losses_logprobs_and_logits(self):
        for name, (kind, settings, lengths) in CASES.items():
            with self.subTest(name):
                folder = self.folder / name.replace(" ", "_").replace(",", "")
                make_model(kind, settings).save_pretrained(folder)
                self.compare(name, folder, lengths)

    def test_greedy_ids(self):
        for name, (kind, settings, lengths) in CASES.items():
            with self.subTest(name):
                folder = self.folder / "greedy"
                model = make_model(kind, settings, seed=1)
                model.save_pretrained(folder)
                rows = self.rows((1, 7, 15))
                found = twofold("generate", folder, "--ids", "-", "--temperature", "0", "--tokens", "30",
                                lines=[{"ids": row} for row in rows])
                for row, line in zip(rows, found):
                    model = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")
                    out = model.generate(torch.tensor([row]), max_new_tokens=30, do_sample=False, pad_token_id=0)
                    ids = out[0, len(row):].tolist()
                    self.assertEqual(line["ids"], ids[:ids.index(2)] if 2 in ids else ids)
                shutil.rmtree(folder)


class Texts(Folder):
    def test_greedy_text_of_a_folder_with_a_tokenizer(self):
        folder = pathlib.Path(__file__).resolve().parents[1] / "models/bible-656k"
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        model = transformers.AutoModelForCausalLM.from_pretrained(folder)
        prompts = ["And God said", "The king of Israel", "Moses", "In the day of the"]
        texts = []
        for prompt in prompts:
            ids = tokenizer(prompt, return_tensors="pt").input_ids
            out = model.generate(ids, max_new_tokens=80, do_sample=False)
            texts.append(tokenizer.decode(out[0], skip_special_tokens=True))
        arguments = [BINARY, "generate", str(folder), "--temperature", "0", "--tokens", "80"]
        for prompt in prompts:
            arguments += ["--prompt", prompt]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.split("\n"), [*"\n".join(texts).split("\n"), ""])


class Files(Folder):
    def test_narrow_dtypes_and_shards(self):
        for dtype in (torch.bfloat16, torch.float16):
            for kind, settings in (("LlamaConfig", COMMON), ("GPT2Config", CASES["gpt2"][1])):
                with self.subTest(f"{kind} {dtype}"):
                    model = make_model(kind, settings).to(dtype)
                    folder = self.folder / f"{kind}-{dtype}"
                    model.save_pretrained(folder, max_shard_size="30KB")
                    self.assertTrue((folder / "model.safetensors.index.json").exists())
                    self.compare(f"{kind} {dtype}, sharded", folder, dtype=dtype)
                    rows = self.rows((5,))
                    found = twofold("generate", folder, "--ids", "-", "--temperature", "0", "--tokens", "8",
                                    lines=[{"ids": rows[0]}])
                    wide = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).float()
                    out = wide.generate(torch.tensor(rows), max_new_tokens=8, do_sample=False, pad_token_id=0)
                    self.assertEqual(found[0]["ids"], [i for i in out[0, 5:].tolist() if i != 0][:len(found[0]["ids"])])

    def test_the_older_layout_of_configs(self):
        folder = self.folder / "old"
        make_model("LlamaConfig", CASES["llama, llama3"][1]).save_pretrained(folder)
        self.change_config(folder, lambda c: c.update(rope_theta=10000.0, rope_scaling=c.pop("rope_parameters")))
        self.compare("llama, older layout", folder)
        folder = self.folder / "gemma3"
        make_model("Gemma3TextConfig", CASES["gemma3"][1]).save_pretrained(folder)
        self.change_config(folder, lambda c: (c.pop("rope_parameters"), c.pop("layer_types"),
                                        c.update(rope_theta=5e5, rope_local_base_freq=2000.0, sliding_window_pattern=3,
                                                 rope_scaling={"rope_type": "linear", "factor": 8.0})))
        self.compare("gemma3, older layout", folder)

    def test_the_folders_repetition_penalty(self):
        folder = self.folder / "repetition"
        model = make_model("LlamaConfig", COMMON, seed=3)
        model.generation_config.repetition_penalty = 1.3
        model.save_pretrained(folder)
        row = [5, 9, 9, 30]
        out = model.generate(torch.tensor([row]), max_new_tokens=30, do_sample=False, eos_token_id=2, pad_token_id=0)
        ids = out[0, len(row):].tolist()
        expected = ids[:ids.index(2)] if 2 in ids else ids
        ask = ("generate", folder, "--ids", "-", "--temperature", "0", "--tokens", "30")
        self.assertEqual(twofold(*ask, lines=[{"ids": row}])[0]["ids"], expected)
        plain = twofold(*ask, "--repetition-penalty", "1", lines=[{"ids": row}])[0]["ids"]
        self.assertNotEqual(plain, expected)

    def test_end_tokens(self):
        folder = self.folder / "ends"
        model = make_model("LlamaConfig", COMMON)
        model.save_pretrained(folder)
        row = self.rows((6,))[0]
        ask = lambda: twofold("generate", folder, "--ids", "-", "--temperature", "0", "--tokens", "20",
                              lines=[{"ids": row}])[0]["ids"]
        text = ask()
        (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [text[4], 66]}))
        self.assertEqual(ask(), text[:text.index(text[4])])


if __name__ == "__main__":
    unittest.main()
