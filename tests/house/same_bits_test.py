#!/usr/bin/env python3
"""tools/same_bits.py sees every difference that matters, and none that does not."""
import json
import pathlib
import shutil
import struct
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from bits.compare import compare, keep  # noqa: E402


def safetensors(values, note=""):
    body = struct.pack(f"<{len(values)}f", *values)
    header = json.dumps({"__metadata__": {"note": note},
                         "w": {"dtype": "F32", "shape": [len(values)], "data_offsets": [0, len(body)]}}).encode()
    return struct.pack("<Q", len(header)) + header + body


class SameBits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def kept(self, which, files):
        root = self.path / f"{which}-root"
        for old in (root, self.path / which):
            shutil.rmtree(old, ignore_errors=True)
        for name, data in {"checkpoints/r/final/1/model.safetensors": safetensors([1, 2]), **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        keep(root, self.path / which)
        return self.path / which

    def differences(self, old, new):
        return compare(self.kept("old", old), self.kept("new", new)).differences

    def test_headers_states_and_places_may_differ(self):
        one = {"checkpoints/r/final/1/base.safetensors": safetensors([3], "old"), "checkpoints/r/final/1/state.json": b"1",
               "exports/r/peft/adapter_config.json": str(self.path / "old-root/model").encode()}
        other = {"checkpoints/r/final/1/base.safetensors": safetensors([3], "new"), "checkpoints/r/final/1/state.json": b"2",
                 "exports/r/peft/adapter_config.json": str(self.path / "new-root/model").encode()}
        self.assertEqual(self.differences(one, other), [])

    def test_a_tensor_of_a_checkpoint(self):
        name = "checkpoints/r/ntoks/9/base.safetensors"
        (found,) = self.differences({name: safetensors([1, 2, 3])}, {name: safetensors([1, 2.5, 3])})
        self.assertIn("w: 1 of 3 values differ, by 0.5 at most", found)
        self.assertIn("F32 [3] and F32 [2]",
                      self.differences({name: safetensors([1, 2, 3])}, {name: safetensors([1, 2])})[0])

    def test_bytes_of_exports_answers_and_metrics(self):
        for name in ("exports/r/gguf.gguf", "outputs/r.jsonl", "results/g/d/r/metrics.jsonl"):
            self.assertEqual(len(self.differences({name: b"abc"}, {name: b"abd"})), 1, name)

    def test_a_file_that_one_of_them_does_not_write(self):
        (found,) = self.differences({}, {"exports/r/x": b""})
        self.assertIn("only the new binary", found)


if __name__ == "__main__":
    unittest.main()
