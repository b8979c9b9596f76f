#!/usr/bin/env python3
"""tools/check_raw_memory.py finds what it is for."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = Path(__file__).resolve().parents[2] / "tools" / "check_raw_memory.py"


class CheckRawMemory(unittest.TestCase):
    def check(self, text, name="src/model/m.cpp"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.parent.mkdir(parents=True)
            path.write_text(text)
            done = subprocess.run([sys.executable, CHECKER, folder], capture_output=True, text=True)
            return done.returncode, done.stdout

    def assert_refused(self, line):
        code, text = self.check("int x;\n" + line)
        self.assertEqual(code, 1, line)
        self.assertIn("src/model/m.cpp:2: ", text)

    def test_refuses_what_touches_memory(self):
        for line in ("t.data_ptr<float>();", "t.const_data_ptr();", "t.mutable_data_ptr<C>();", "t.accessor<float, 2>();",
                     "double x = t.item<double>();", "t->item();", "auto d = at::kCPU;", "c10::DeviceType::CPU;",
                     "at::from_blob(p, {2});"):
            self.assert_refused(line)

    def test_refuses_new_tensors_without_a_device(self):
        for line in ("at::zeros({2, 3});", "at::empty({n}, at::kLong);", "at::arange(\n  0,\n  n);", "torch::tensor(v);",
                     "at::full({f(2)}, 1.0f, at::kFloat);"):
            self.assert_refused(line)

    def test_accepts_those_that_say_it(self):
        for line in ("at::zeros({2}, x.options());", "at::empty_like(x);", "at::arange(\n  n,\n  x.options().dtype(at::kLong));",
                     "at::full({2}, 1, at::TensorOptions().device(device));"):
            self.assertEqual(self.check(line)[0], 0, line)

    def test_comments_and_texts_are_not_code(self):
        self.assertEqual(self.check('// t.item() of at::kCPU\nf("at::zeros({2})"); /* data_ptr */\n')[0], 0)

    def test_two_folders_may(self):
        for name in ("src/tensor/t.cpp", "src/ops/cpu/o.cpp"):
            self.assertEqual(self.check("t.data_ptr<float>();", name)[0], 0)
        self.assertEqual(self.check("t.data_ptr<float>();", "src/ops/o.cpp")[0], 1)
        self.assertEqual(self.check("t.data_ptr<float>();", "include/twofold/t.h")[0], 1)

    def test_pointers_are_for_operations_alone(self):
        include = '#include "tensor/memory.h"\n'
        self.assertEqual(self.check(include, "src/ops/autograd/o.cpp")[0], 0)
        self.assertEqual(self.check(include, "src/model/m.cpp")[0], 1)


if __name__ == "__main__":
    unittest.main()
