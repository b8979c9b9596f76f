"""What the whole-run tests share: the binary, a tiny config, tiny data. Standard library only."""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("TWOFOLD_BINARY", SOURCE / "build/release/twofold"))

MODELS = SOURCE / "tests/models"
SHARED_DATA = SOURCE.parent / "shared/data"
needs_shared_data = unittest.skipUnless(SHARED_DATA.exists(), "needs ../shared/data (published tokenizers, under "
                                        "licences of their own)")

ARCHITECTURE = """
architecture:
  n_layers: 2
  n_embd: 32
  n_head: 4
  n_kv_head: 2
  intermediate_size: 64
  block_size: 16
  vocab_size: 257
  dtype: {activation: float32}
"""
LOGGING = """
logging: {report_interval: 1, validation_interval: 10, checkpoint_interval: 7}
runtime: {threads: 1}
"""
LORA = "job: llama/train/lora" + ARCHITECTURE + LOGGING + """
optimization:
  lr: 0.003
  lora: {rank: 4, alpha: 8.0, lr: 0.01}
training:
  batch_size: 4
  validation_steps: 8
  pre_lora_tokens: [1600]
  pre_lora_dataset: [[{name: first, rate: 1.0, style: PMD}]]
  post_lora_tokens: [1280]
  post_lora_dataset: [[{name: second, rate: 1.0, style: PMD}]]
"""
PRETRAIN = "job: llama/train/pretrain" + ARCHITECTURE + LOGGING + """
optimization: {lr: 0.003}
training:
  batch_size: 4
  validation_steps: 8
  tokens: 1600
  dataset: [{name: first, rate: 1.0, style: PMD}]
"""


NO_PHASE_1 = ("training.pre_lora_tokens=[]", "training.pre_lora_dataset=[]")


def on_weights(family="llama"):
    """LORA with the architecture left to the weights that it begins with."""
    return f"job: {family}/train/lora\n" + LORA[LORA.index("logging:"):]


def write_tokens(path, ids):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(int(i).to_bytes(4, "little") for i in ids))


def make_pmd(root, name, seed, tokens=3000, vocabulary=257):
    """Skewed random text: something to learn, different for each seed."""
    rng = random.Random(seed)
    favourites = [rng.randrange(vocabulary) for _ in range(20)]
    ids = [rng.choice(favourites) for _ in range(tokens)]
    write_tokens(root / "data" / name / "train.bin", ids[:-400])
    write_tokens(root / "data" / name / "val.bin", ids[-400:])


def make_padded(root, name, rows=64, width=17, seed=5):
    rng = random.Random(seed)
    folder = root / "data" / name
    ids, mask = [], bytearray()
    for _ in range(rows):
        real = rng.randrange(6, width + 1)
        ids += [0] * (width - real) + [rng.randrange(1, 40) for _ in range(real)]
        mask += bytes([0] * (width - real) + [1] * real)
    for split in ("train", "val"):
        write_tokens(folder / f"{split}.bin", ids)
        (folder / f"{split}.bin.mask").write_bytes(mask)
    (folder / "shape.json").write_text(json.dumps({"train": [rows, width], "val": [rows, width]}))


def inits():
    """The ways in which adapters may start, as the binary itself lists them."""
    reference = subprocess.run([str(BINARY), "configure", "--reference"], capture_output=True, text=True, check=True)
    return re.search(r"`optimization/lora/init` .*?one of ([\w, ]+) \|", reference.stdout).group(1).split(", ")


class RunTest(unittest.TestCase):
    """A temporary root with two datasets, and the binary."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="twofold-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        make_pmd(self.root, "first", 1)
        make_pmd(self.root, "second", 2)

    def config(self, text, name="config.yaml"):
        path = self.root / name
        path.write_text(text)
        return path

    def twofold(self, *arguments, **options):
        return subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True,
                              timeout=280, **options)

    def run_job(self, name, config, *more, code=0, root=None):
        result = self.twofold("run", name, config, root or self.root, *more)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def ask(self, rows, command, *more):
        """What a filter of ours answers to each row."""
        done = self.twofold(command, *more, "--ids", "-", input="".join(json.dumps({"ids": row}) + "\n" for row in rows))
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    LABELS = ("where", "expected", "found", "try")

    def assert_refused(self, result, *fragments, without=()):
        """Exit code 2, one screen, every fragment said, and of each problem what, where, expected, found and
        what to try (but for the labels in `without`: say there why)."""
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        for fragment in fragments:
            self.assertIn(fragment, result.stderr)
        self.assertLess(result.stderr.count("\n"), 40, result.stderr)
        self.assertNotIn("bug in twofold", result.stderr)
        problems = re.split(r"^error: ", result.stderr, flags=re.MULTILINE)[1:]
        self.assertTrue(problems, result.stderr)
        for problem in problems:
            for label in set(self.LABELS) - set(without):
                self.assertRegex(problem, rf"(?m)^  {label}: +\S", f"no `{label}` in: {problem}")

    def checkpoints(self, name, root=None):
        return (root or self.root) / "checkpoints/general/default" / name

    def results(self, name, root=None):
        return (root or self.root) / "results/general/default" / name

    def metrics(self, name, root=None):
        lines = (self.results(name, root) / "metrics.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def final(self, name, root=None):
        folders = list((self.checkpoints(name, root) / "final").iterdir())
        self.assertEqual(len(folders), 1)
        return folders[0]

    def assert_same_run(self, name, root, other_name, other_root):
        """Tensors, moments, state, metrics and the losses of rows, byte for byte."""
        one, other = self.final(name, root), self.final(other_name, other_root)
        names = sorted(str(p.relative_to(one)) for p in one.rglob("*") if p.is_file())
        self.assertEqual(names, sorted(str(p.relative_to(other)) for p in other.rglob("*") if p.is_file()))
        for file in names:
            self.assertEqual((one / file).read_bytes(), (other / file).read_bytes(), file)
        for file in ("metrics.jsonl", "row_losses.bin"):
            self.assertEqual((self.results(name, root) / file).read_bytes(),
                             (self.results(other_name, other_root) / file).read_bytes(), file)
