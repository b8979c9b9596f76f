"""Models and lines that are refused: exit code 2, and the offending key, tensor or line is named."""
import json
import subprocess
import unittest

import torch

from model_cases import BINARY, COMMON, Folder, make_model, twofold


class Refused(Folder):
    def setUp(self):
        super().setUp()
        self.model = self.folder / "model"
        make_model("LlamaConfig", COMMON).save_pretrained(self.model, max_shard_size="30KB")
        self.index = self.model / "model.safetensors.index.json"

    def refused(self, *fragments, lines=({"ids": [3, 4]},), verb=("score",)):
        text = twofold(verb[0], self.model, "--ids", "-", *verb[1:], lines=lines, code=2)
        for fragment in fragments:
            self.assertIn(fragment, text)
        self.assertNotIn("bug in twofold", text)

    def change_index(self, change):
        index = json.loads(self.index.read_text())
        change(index)
        self.index.write_text(json.dumps(index))

    def test_lines(self):
        good = {"ids": [3, 4]}
        self.refused(":2", "67", lines=[good, {"ids": [3, 67]}])
        self.refused(":1", "-1", lines=[{"ids": [-1]}])
        self.refused(":3", "64", lines=[good, good, {"ids": [5] * 65}])
        self.refused(":1", "ids", lines=[{"id": [3]}])
        self.refused(":1", "ids[1]", lines=[{"ids": [3, 1.5]}])
        self.refused(":1", "ids[0]", lines=[{"ids": ["3"]}])
        self.refused(":1", "object", lines=[[3]])
        done = subprocess.run([BINARY, "score", str(self.model), "--ids", "-"], input='{"ids": [3,\n', text=True,
                              capture_output=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn(":1", done.stderr)

    def test_a_line_answers_before_the_next_is_read(self):
        with subprocess.Popen([BINARY, "score", str(self.model), "--ids", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as process:
            for _ in range(3):
                process.stdin.write('{"ids": [3, 4, 5]}\n')
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["tokens"], 2)
            process.stdin.close()
            self.assertEqual(process.wait(timeout=60), 0)

    def test_short_rows(self):
        for line in twofold("score", self.model, "--ids", "-", lines=[{"ids": []}, {"ids": [3]}]):
            self.assertEqual(line, {"loss": None, "tokens": 0, "logprobs": []})

    def test_the_context(self):
        self.refused("64", lines=[{"ids": [5] * 60}], verb=("generate", "--tokens", "5"))
        found = twofold("generate", self.model, "--ids", "-", "--temperature", "0", lines=[{"ids": [5] * 60}])
        self.assertLessEqual(len(found[0]["ids"]), 4)

    def test_no_model(self):
        self.model = self.folder / "nowhere"
        self.refused("nowhere", "ROOT")
        self.model.mkdir()
        (self.model / "adapter_config.json").write_text("{}")
        self.refused("an adapter", "--adapter")

    def test_model_type(self):
        self.change_config(self.model, lambda config: config.update(model_type="qwen4"))
        self.refused("model_type", "qwen4", "qwen3")

    def test_fields(self):
        for settings, fragment in (
                (dict(hidden_act="relu"), "hidden_act"), (dict(quantization_config={"bits": 4}), "quantization_config"),
                (dict(num_hidden_layers=10**9), "num_hidden_layers"),
                (dict(hidden_size=2**62), "hidden_size"), (dict(num_attention_heads=0), "num_attention_heads"),
                (dict(max_position_embeddings=-1), "max_position_embeddings"),
                (dict(layer_types=["sliding_attention"] * 3), "layer_types"),
                (dict(rope_parameters={"rope_type": "spiral"}), "spiral"),
                (dict(rope_parameters={"rope_type": "linear"}), "factor"),
                (dict(rope_parameters={"rope_type": "longrope", "short_factor": [1.0], "long_factor": [1.0] * 4,
                                       "original_max_position_embeddings": 8}), "short_factor"),
                (dict(vocab_size="67"), "vocab_size")):
            with self.subTest(fragment):
                before = (self.model / "config.json").read_text()
                self.change_config(self.model, lambda config: config.update(settings))
                self.refused(fragment)
                (self.model / "config.json").write_text(before)

    def test_a_model_that_lacks_most_tensors_fills_no_more_than_a_screen(self):
        self.change_config(self.model, lambda config: config.update(num_hidden_layers=4000))
        text = twofold("score", self.model, "--ids", "-", code=2)
        self.assertIn("model.layers.3.", text)
        self.assertIn("more of the kind", text)
        self.assertLess(text.count("\n"), 100)

    def test_missing_shards_and_hostile_indexes(self):
        name = sorted(self.model.glob("model-*.safetensors"))[1].name
        (self.model / name).rename(self.model / "elsewhere")
        self.refused(name)
        (self.model / "elsewhere").rename(self.model / name)
        text = self.index.read_text()
        for change, fragment in (
                (lambda index: index["weight_map"].update({"model.norm.weight": "../x.safetensors"}), "../x.safetensors"),
                (lambda index: index["weight_map"].update({"model.norm.weight": 5}), "model.norm.weight"),
                (lambda index: index["weight_map"].update({"no.such.tensor": name}), "no.such.tensor"),
                (lambda index: index.pop("weight_map"), "weight_map")):
            self.change_index(change)
            self.refused(fragment)
            self.index.write_text(text)

    def test_tensors(self):
        from safetensors.torch import load_file, save_file
        shard = self.model / json.loads(self.index.read_text())["weight_map"]["model.norm.weight"]
        tensors = load_file(shard)
        for value, fragments in ((torch.ones(47), ("model.norm.weight", "47", "48")),
                                 (torch.ones(48, dtype=torch.int32), ("model.norm.weight", "I32"))):
            save_file({**tensors, "model.norm.weight": value}, shard)
            self.refused(*fragments)
        save_file({**tensors, "model.extra.weight": torch.ones(3)}, shard)
        self.refused("model.extra.weight")


if __name__ == "__main__":
    unittest.main()
