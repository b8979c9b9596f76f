"""examples/embed, built against the installed library, train models; docs/embed.md shows them."""
import os
import re
import subprocess
import unittest

from support import BINARY, LORA, SOURCE, RunTest

HEADERS = SOURCE / "include/twofold"
PROGRAMS = ("embed.cpp", "two_phases.cpp", "own_parts.cpp")
HOST = SOURCE / "tests/jobs/embed_host"
# A program's threads are its own.
EMBEDDED = LORA.replace("threads: 1", "threads: 0")
OWN_PARTS = """
job: bigram/train/lora
architecture: {n_layers: 1, n_embd: 16, n_head: 1, width: 32, block_size: 16, vocab_size: 257, dtype: {activation: float32}}
""" + EMBEDDED[EMBEDDED.index("logging:"):].replace("{rank: 4,", "{variant: gain, rank: 4,")


def must(*command, **environment):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=900,
                            env={**os.environ, **environment})
    if result.returncode != 0:
        raise AssertionError(f"{command}\n{result.stdout}{result.stderr}")
    return result.stdout


class Embed(RunTest):
    def build(self, source):
        build = self.root / "build" / source.name
        must("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.root / 'prefix'}",
             "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
        must("cmake", "--build", build)
        return build

    def test_programs_link_the_installed_library_and_train(self):
        must("cmake", "--install", BINARY.parent, "--prefix", self.root / "prefix")
        self.only_public_headers_are_installed()
        build = self.build(SOURCE / "examples/embed")
        output = must(build / "embed", self.config(EMBEDDED), self.root)
        self.assertIn("step 45 of 45, phase 2", output)
        self.own_loop(must(build / "two_phases"))
        self.own_parts(must(build / "own_parts", self.config(OWN_PARTS), self.root))
        self.host_is_untouched(self.build(HOST))

    def only_public_headers_are_installed(self):
        installed = {path.relative_to(self.root / "prefix/include") for path in (self.root / "prefix").rglob("*.h")}
        public = {path.relative_to(HEADERS.parent) for path in HEADERS.rglob("*.h")}
        self.assertEqual(installed, public)
        exported = "".join(p.read_text() for p in (self.root / "prefix").rglob("*.cmake"))
        for flag in ("-march", "-Werror", "nlohmann"):
            self.assertNotIn(flag, exported)

    def own_loop(self, output):
        losses = [[float(x) for x in found] for found in re.findall(r"loss (\S+) -> (\S+)", output)]
        self.assertEqual(len(losses), 2, output)
        for first, last in losses:
            self.assertLess(last, first / 2, output)
        on, off = map(float, re.search(r"loss (\S+) with the adapters, (\S+) without", output).groups())
        self.assertLess(off, on, output)

    def own_parts(self, output):
        steps = re.findall(r"^(\d+)\t(\d)\t", output, re.MULTILINE)
        self.assertEqual([phase for _, phase in steps], ["1"] * 25 + ["2"] * 20, output)
        self.assertGreaterEqual(len(re.findall(r"^task/alphabet/loss\t", output, re.MULTILINE)), 4, output)
        final = next((self.root / "checkpoints/general/default/own_parts/final").iterdir())
        self.assertIn(b"up_proj/kernel/gain", (final / "adapters.safetensors").read_bytes())

    def host_is_untouched(self, build):
        """Threads and the allocator stay as the program had them; other threads in the YAML are an Error."""
        self.assertIn("untouched", must(build / "host", self.config(EMBEDDED), self.root, OMP_NUM_THREADS="2"))
        other = subprocess.run([build / "host", self.config(LORA), self.root], capture_output=True, text=True,
                               env={**os.environ, "OMP_NUM_THREADS": "2"})
        self.assertEqual(other.returncode, 2, other.stderr)
        self.assertIn("runtime/threads", other.stderr)

    def test_the_page_shows_the_programs_as_they_are(self):
        page = (SOURCE / "docs/embed.md").read_text()
        for name in PROGRAMS:
            self.assertIn((SOURCE / "examples/embed" / name).read_text(), page, f"docs/embed.md: {name}")


if __name__ == "__main__":
    unittest.main()
