"""examples/embed, built against the installed library, train models; docs/embed.md shows them."""
import re
import subprocess
import unittest

from support import BINARY, LORA, SOURCE, RunTest


class Embed(RunTest):
    def must(self, *command):
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_programs_link_the_installed_library_and_train(self):
        prefix, build = self.root / "prefix", self.root / "build"
        self.must("cmake", "--install", BINARY.parent, "--prefix", prefix)
        self.must("cmake", "-S", SOURCE / "examples/embed", "-B", build, "-G", "Ninja",
                  f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
        self.must("cmake", "--build", build)
        output = self.must(build / "embed", self.config(LORA), self.root)
        self.assertIn("step 45 of 45, phase 2", output)
        self.own_loop(self.must(build / "two_phases"))

    def own_loop(self, output):
        losses = [[float(x) for x in found] for found in re.findall(r"loss (\S+) -> (\S+)", output)]
        self.assertEqual(len(losses), 2, output)
        for first, last in losses:
            self.assertLess(last, first / 2, output)
        on, off = map(float, re.search(r"loss (\S+) with the adapters, (\S+) without", output).groups())
        self.assertLess(off, on, output)

    def test_the_page_shows_the_programs_as_they_are(self):
        page = (SOURCE / "docs/embed.md").read_text()
        for name in ("embed.cpp", "two_phases.cpp"):
            self.assertIn((SOURCE / "examples/embed" / name).read_text(), page, f"docs/embed.md: {name}")


if __name__ == "__main__":
    unittest.main()
