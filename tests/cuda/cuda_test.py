"""A CUDA libtorch without a GPU: everything compiles and links against it, the program starts and has an error
of its own for `runtime/device: cuda`, and no operation of a run lacks a CUDA kernel. The wheel (some 1 GB) goes into
.venv-cuda; the driver's and NVIDIA's libraries are empty stand-ins."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/jobs"))
from support import LORA, RunTest  # noqa: E402

VERSION = "2.11.0"
VENV, BUILD = SOURCE / ".venv-cuda", SOURCE / "build/cuda"
STAND_INS = VENV / "stand_ins"
ON_DEVICE = os.environ.get("TWOFOLD_FAKE_DEVICE", str(SOURCE / "build/release/twofold_fake_device"))


def call(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def libtorch():
    """The folder of the CUDA libtorch, installed if it is not there."""
    if not list(VENV.glob("lib/python3*/site-packages/torch/lib/libtorch_cuda.so")):
        call(sys.executable, "-m", "venv", VENV)
        call(VENV / "bin/pip", "install", "-q", "--no-deps", f"torch=={VERSION}")
    return next(VENV.glob("lib/python3*/site-packages/torch"))


def make_stand_ins(torch):
    """An empty library for each one that libtorch wants and this machine has not."""
    STAND_INS.mkdir(exist_ok=True)
    there = {path.name for path in (torch / "lib").iterdir()}
    cached = call("/sbin/ldconfig", "-p")
    for library in (torch / "lib").glob("*.so*"):
        for name in re.findall(r"NEEDED +(\S+)", call("objdump", "-p", library)):
            if name not in there and f"\t{name} " not in cached and not (STAND_INS / name).exists():
                call("g++", "-shared", "-o", STAND_INS / name, f"-Wl,-soname,{name}", "-x", "c", "/dev/null")


class Cuda(RunTest):
    @classmethod
    def setUpClass(cls):
        torch = libtorch()
        make_stand_ins(torch)
        call("cmake", "-S", SOURCE, "-B", BUILD, "-G", "Ninja", f"-DTWOFOLD_LIBTORCH={torch}", "-DTWOFOLD_BENCH=OFF",
             "-DTWOFOLD_TESTS=ON", "-DCMAKE_EXE_LINKER_FLAGS=-Wl,--allow-shlib-undefined")
        call("ninja", "-C", BUILD, "twofold", "missing_kernels")

    def on_cuda_build(self, program, *arguments, **options):
        done = subprocess.run([str(BUILD / program), *map(str, arguments)], capture_output=True, text=True, timeout=300,
                              env={**os.environ, "LD_LIBRARY_PATH": str(STAND_INS)}, **options)
        # The loader says of every stand-in that it has no versions.
        lines = done.stderr.splitlines(keepends=True)
        done.stderr = "".join(line for line in lines if "no version information" not in line)
        return done

    def test_the_program_starts_and_has_an_error_of_its_own_for_cuda(self):
        self.assertEqual(self.on_cuda_build("twofold", "jobs").returncode, 0)
        result = self.on_cuda_build("twofold", "run", "r", self.config(LORA), self.root, "runtime.device=cuda")
        self.assert_refused(result, "runtime/device", "nvidia-smi")

    def test_a_run_on_the_cpu_is_none_the_worse(self):
        result = self.on_cuda_build("twofold", "run", "r", self.config(LORA), self.root)
        self.assertEqual(result.returncode, 0, result.stderr)

    def operations(self, *overrides):
        """What a run on the fake device asks of it."""
        with tempfile.NamedTemporaryFile("r") as report:
            call(ON_DEVICE, "run", f"r{len(overrides)}-{abs(hash(overrides))}", self.config(LORA), self.root,
                 "runtime.device=fake", *overrides, env={**os.environ, "TWOFOLD_FAKE_DEVICE_REPORT": report.name})
            return set(report.read().splitlines()[1:])

    def test_no_operation_of_a_run_lacks_a_cuda_kernel(self):
        names = set()
        for overrides in ((), ("optimization.lora.base_dtype=nf4", "optimization.lora.dora=true"),
                          ("optimization.optimizer=muon", "architecture.dropout=0.1", "optimization.lora.dropout=0.1")):
            names |= self.operations(*overrides)
        self.assertGreater(len(names), 30)
        result = self.on_cuda_build("missing_kernels", input="\n".join(sorted(names)))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_an_operation_without_one_is_found(self):
        result = self.on_cuda_build("missing_kernels", input="aten::mm\naten::mkldnn_linear\naten::nonsense\n")
        self.assertEqual(result.stdout, "aten::mkldnn_linear: no CUDA kernel\naten::nonsense: unknown to this libtorch\n")
        self.assertEqual(result.returncode, 1)


if __name__ == "__main__":
    unittest.main()
