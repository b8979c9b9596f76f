"""GGUF files of ours read by Python's gguf, and its files read by ours (twofold inspect): names, shapes,
metadata, and the bytes of every dtype as its quantisers make them."""
import pathlib
import sys
import unittest

import gguf
import numpy
from safetensors.numpy import load_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from support import LORA, RunTest  # noqa: E402

TYPES = {"f32": gguf.GGMLQuantizationType.F32, "f16": gguf.GGMLQuantizationType.F16,
         "bf16": gguf.GGMLQuantizationType.BF16, "q8_0": gguf.GGMLQuantizationType.Q8_0}
BYTES = LORA.replace("optimization:", "tokenizer: {backend: bytes}\noptimization:")


def interleaved(weight, heads):
    """Rows of each head from halves to neighbours, as llama.cpp's rotary positions want them."""
    rows = weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:])
    return rows.swapaxes(1, 2).reshape(weight.shape)


def expected(merged):
    """GGUF name → array, from the merged Hugging Face folder of the same run."""
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, 2)
    out = {}
    for name, value in load_file(merged / "model.safetensors").items():
        if "q_proj" in name or "k_proj" in name:
            value = interleaved(value, 4 if "q_proj" in name else 2)
        out[names.get_name(name, try_suffixes=(".weight",))] = value
    return out


class Files(RunTest):
    def export(self, to, out, *more):
        done = self.twofold("export", "r", self.root, "--to", to, out, *more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("verified", done.stdout)
        return out

    def test_python_reads_our_models_bit_for_bit(self):
        self.run_job("r", self.config(BYTES))
        wanted = expected(self.export("merged", self.root / "merged", "--dtype", "float32"))
        for dtype, kind in TYPES.items():
            with self.subTest(dtype=dtype):
                reader = gguf.GGUFReader(self.export("gguf", self.root / f"{dtype}.gguf", "--dtype", dtype))
                self.assertEqual({t.name for t in reader.tensors}, set(wanted))
                for tensor in reader.tensors:
                    value = wanted[tensor.name]
                    stored = gguf.GGMLQuantizationType.F32 if value.ndim == 1 else kind
                    self.assertEqual(tensor.tensor_type, stored, tensor.name)
                    bytes_wanted = numpy.ascontiguousarray(gguf.quants.quantize(value, stored)).tobytes()
                    self.assertEqual(tensor.data.tobytes(), bytes_wanted, f"{tensor.name} {dtype}")
                self.assertEqual(reader.fields["general.architecture"].contents(), "llama")
                tokens = reader.fields["tokenizer.ggml.tokens"].contents()
                self.assertEqual(len(tokens), 257)
                self.assertEqual(tokens[ord("A")], "A")
                self.assertEqual(tokens[ord(" ")], "Ġ")

    def test_python_reads_our_adapters(self):
        self.run_job("r", self.config(BYTES))
        reader = gguf.GGUFReader(self.export("gguf-lora", self.root / "lora.gguf"))
        self.assertEqual(reader.fields["general.type"].contents(), "adapter")
        self.assertEqual(reader.fields["adapter.lora.alpha"].contents(), 8.0)
        shapes = {t.name: tuple(int(n) for n in t.shape) for t in reader.tensors}  # fastest first
        self.assertEqual(shapes["blk.1.attn_k.weight.lora_a"], (32, 4))
        self.assertEqual(shapes["blk.1.attn_k.weight.lora_b"], (4, 16))

    def test_inspect_reads_what_python_writes(self):
        path = self.root / "python.gguf"
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_uint32("an.u32", 7)
        writer.add_float64("an.f64", 0.25)
        writer.add_bool("a.bool", True)
        writer.add_array("some.texts", ["a", "bc"])
        writer.add_array("some.numbers", [1, 2, 3])
        writer.add_tensor("half", numpy.ones((2, 3), dtype=numpy.float16))
        quantised = gguf.quants.quantize(numpy.ones((2, 64), dtype=numpy.float32), TYPES["q8_0"])
        writer.add_tensor("eight", quantised, raw_dtype=TYPES["q8_0"])
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        shown = self.twofold("inspect", path)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for text in ("llama", "an.u32", "7", "0.25", "true", "2 elements", "3 elements", "[2, 3]", "[2, 64]", "Q8_0"):
            self.assertIn(text, shown.stdout)
        path.write_bytes(path.read_bytes()[:-64])
        self.assert_refused(self.twofold("inspect", path), "truncated", "eight")


if __name__ == "__main__":
    unittest.main()
