#!/usr/bin/env python3
"""tools/check_layers.py finds what it is for, in small repositories made up here."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = Path(__file__).resolve().parent.parent / "tools" / "check_layers.py"
TABLE = "twofold_layer(base USES LINKS xxhash)\ntwofold_layer(tensor TORCH USES base)\ntwofold_layer(other USES base)\n"


class CheckLayers(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"src/CMakeLists.txt": TABLE, "src/base/a.h": "", **files}.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            done = subprocess.run([sys.executable, CHECKER, folder], capture_output=True, text=True)
            return done.returncode, done.stdout

    def test_accepts_includes_that_go_down(self):
        code, text = self.check({"src/tensor/t.cpp": '#include "base/a.h"\n#include <fmt/format.h>\n'})
        self.assertEqual(code, 0, text)

    def test_names_line_include_and_allowed_layers(self):
        code, text = self.check({"src/tensor/t.h": "", "src/other/o.cpp": '\n#include "tensor/t.h"\n'})
        self.assertEqual(code, 1)
        self.assertIn('src/other/o.cpp:2: include of "tensor/t.h": other may include base, other, twofold', text)

    def test_refuses_upward_includes(self):
        code, _ = self.check({"src/tensor/t.h": "", "src/base/b.h": '#include "tensor/t.h"\n'})
        self.assertEqual(code, 1)

    def test_cli_sees_only_the_public_face(self):
        public = {"include/twofold/job.h": "", "src/cli/c.h": ""}
        good = '#include <twofold/job.h>\n#include "cli/c.h"\n#include <CLI/CLI.hpp>\n'
        self.assertEqual(self.check({**public, "src/cli/main.cpp": good})[0], 0)
        self.assertEqual(self.check({**public, "src/cli/main.cpp": '#include "base/a.h"\n'})[0], 1)

    def test_finds_cycles(self):
        code, text = self.check({"src/other/x.h": '#include "other/y.h"\n', "src/other/y.h": '#include "other/x.h"\n'})
        self.assertEqual(code, 1)
        self.assertIn("cycle of includes", text)

    def test_missing_files_are_errors(self):
        self.assertEqual(self.check({"src/other/x.h": '#include "base/none.h"\n'})[0], 1)

    def test_long_functions_are_only_warnings(self):
        body = "void f() {\n" + "  g();\n" * 70 + "}\n"
        code, text = self.check({"src/other/x.cpp": body})
        self.assertEqual(code, 0)
        self.assertIn("src/other/x.cpp:1: warning: a function of 72 lines", text)


if __name__ == "__main__":
    unittest.main()
