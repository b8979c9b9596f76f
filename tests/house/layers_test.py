#!/usr/bin/env python3
"""tools/check_layers.py finds what it is for, in small repositories made up here."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = Path(__file__).resolve().parents[2] / "tools" / "check_layers.py"
TABLE = """twofold_layer(base PUBLIC error.h USES LINKS xxhash)
twofold_layer(tensor TORCH USES base)
twofold_layer(tensor/files USES tensor PARTS read)
twofold_layer(other PUBLIC other.h USES base)
"""
# Every layer that is granted something uses it.
FILES = {"src/CMakeLists.txt": TABLE, "include/twofold/error.h": "", "include/twofold/other.h": "",
         "src/base/a.h": '#include "twofold/error.h"\n', "src/tensor/use.h": '#include "base/a.h"\n',
         "src/tensor/files/use.h": '#include "tensor/use.h"\n', "src/other/use.h": '#include "twofold/error.h"\n'}


class CheckLayers(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**FILES, **files}.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            done = subprocess.run([sys.executable, CHECKER, folder], capture_output=True, text=True)
            return done.returncode, done.stdout

    def test_accepts_includes_that_go_down(self):
        code, text = self.check({"src/tensor/t.cpp": '#include "base/a.h"\n#include <fmt/format.h>\n'})
        self.assertEqual(code, 0, text)

    def refuses(self, files, *texts):
        code, text = self.check(files)
        self.assertEqual(code, 1, text)
        for expected in texts:
            self.assertIn(expected, text)

    def test_names_line_include_and_allowed_layers(self):
        self.refuses({"src/tensor/t.h": "", "src/other/o.cpp": '\n#include "tensor/t.h"\n'},
                     'src/other/o.cpp:2: include of "tensor/t.h": other may include base, other')

    def test_refuses_upward_includes(self):
        self.refuses({"src/tensor/t.h": "", "src/base/b.h": '#include "tensor/t.h"\n'}, "base may include base")

    def test_a_file_belongs_to_the_deepest_layer(self):
        self.refuses({"src/tensor/t.cpp": '#include "tensor/files/use.h"\n'}, "tensor may include base, tensor")
        self.refuses({"src/tensor/files/t.cpp": '#include "base/a.h"\n'}, "tensor/files may include tensor, tensor/files")

    def test_parts_belong_to_their_layer(self):
        self.assertEqual(self.check({"src/tensor/files/read/r.h": '#include "tensor/use.h"\n'})[0], 0)

    def test_refuses_folders_that_are_no_layer(self):
        self.refuses({"src/tensor/new/n.h": ""}, "src/tensor/new/n.h:1: tensor/new is neither a layer nor one of the PARTS")
        self.refuses({"src/unknown/n.h": ""}, "no layer of src/CMakeLists.txt has this file")

    def test_refuses_grants_that_nobody_uses(self):
        self.refuses({"src/other/use.h": ""}, "other USES base, and includes nothing of it")

    def test_public_headers_belong_to_layers(self):
        self.refuses({"include/twofold/new.h": ""}, "include/twofold/new.h:1: no layer")
        self.refuses({"src/tensor/t.h": '#include "twofold/other.h"\n'}, "tensor may include base, tensor")
        self.refuses({"src/CMakeLists.txt": TABLE.replace("other.h", "gone.h")}, "PUBLIC header that is not there: gone.h")

    def test_public_headers_in_a_folder_belong_to_its_layer(self):
        self.refuses({"include/twofold/tensor/t.h": "", "src/other/o.h": '#include "twofold/tensor/t.h"\n'},
                     "other may include base, other")
        self.refuses({"include/twofold/unknown/t.h": ""}, "no layer")

    def test_public_headers_include_public_headers_of_below(self):
        self.assertEqual(self.check({"include/twofold/other.h": '#include "twofold/error.h"\n'})[0], 0)
        self.refuses({"include/twofold/error.h": '#include "twofold/other.h"\n'}, "base may include base")
        self.refuses({"include/twofold/other.h": '#include "base/a.h"\n'}, "a public header may include twofold/ only")

    def test_cli_sees_public_headers_only(self):
        good = '#include <twofold/other.h>\n#include "cli/c.h"\n#include <CLI/CLI.hpp>\n'
        self.assertEqual(self.check({"src/cli/c.h": "", "src/cli/main.cpp": good})[0], 0)
        self.refuses({"src/cli/main.cpp": '#include "base/a.h"\n'}, "cli may include twofold/ and itself")

    def test_finds_cycles(self):
        self.refuses({"src/other/x.h": '#include "other/y.h"\n', "src/other/y.h": '#include "other/x.h"\n'},
                     "cycle of includes")
        self.refuses({"src/CMakeLists.txt": TABLE.replace("base PUBLIC error.h USES", "base PUBLIC error.h USES other")},
                     "cycle in the layer table")

    def test_missing_files_are_errors(self):
        self.refuses({"src/other/x.h": '#include "base/none.h"\n'}, "there is no such file")


if __name__ == "__main__":
    unittest.main()
