"""twofold why: the rows of a step by their share of its loss; row_losses.bin; packed rows."""
import json
import re
import shutil
import struct
import unittest

from support import LORA, PRETRAIN, SHARED_DATA, RunTest, make_padded, needs_shared_data, write_tokens

BYTES = LORA + "tokenizer: {backend: bytes}\n"
ROWS = 40
ODD = "zq#9!vK%7^xW&2@J"  # 16 bytes unlike the rest


def put_rows(root, odd):
    """Forty rows of a text that is soon learned, one of them strange; each has its own number."""
    texts = ["row %02d is so" % i for i in range(ROWS)]
    texts[odd] = ODD
    for split in ("train", "val"):
        ids, mask = [], bytearray()
        for text in texts:
            row = list(text.encode())
            ids += [0] * (17 - len(row)) + row
            mask += bytes([0] * (17 - len(row)) + [1] * len(row))
        write_tokens(root / "data/rows" / f"{split}.bin", ids)
        (root / "data/rows" / f"{split}.bin.mask").write_bytes(mask)
    (root / "data/rows/shape.json").write_text(json.dumps({"train": [ROWS, 17], "val": [ROWS, 17]}))
    return texts


def records(path):
    return list(struct.iter_unpack("<qiid", path.read_bytes()))


class Why(RunTest):
    def why(self, name, *more):
        result = self.twofold("why", name, self.root, "--json", *more)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_every_step_of_both_phases_is_explained(self):
        texts = put_rows(self.root, odd=7)
        config = self.config(BYTES.replace("{name: second, rate: 1.0, style: PMD}",
                                           "{name: rows, rate: 1.0, style: PADDED}"))
        self.run_job("r", config)
        lines = {line["step"]: line for line in self.metrics("r") if "loss" in line}
        kept = records(self.results("r") / "row_losses.bin")
        self.assertEqual([(r[0], r[1]) for r in kept], [(step, row) for step in range(1, 46) for row in range(4)])
        for step in (1, 25, 26, 45):
            found = self.why("r", "--step", step)
            self.assertEqual((found["step"], found["phase"]), (step, lines[step]["phase"]))
            self.assertAlmostEqual(found["loss"], lines[step]["loss"], delta=1e-6 * found["loss"])
            shares = [row["share"] for row in found["rows"]]
            self.assertEqual(shares, sorted(shares, reverse=True))
            self.assertAlmostEqual(sum(shares), 1)
            for row in found["rows"]:
                self.assertAlmostEqual(row["sum"], row["loss"] * row["tokens"])
                if found["phase"] == 2:
                    self.assertEqual((row["dataset"], row["text"]), ("rows", texts[row["row"]]))
                    self.assertEqual(row["tokens"], len(texts[row["row"]]) - (len(texts[row["row"]]) == 17))
        shown = self.twofold("why", "r", self.root, "--step", 26).stdout
        self.assertIn("Step 26, phase 2", shown)
        self.assertIn("is so", shown)

    def test_a_spike_leads_to_the_row_behind_it(self):
        put_rows(self.root, odd=7)
        config = self.config(BYTES.replace("pre_lora_tokens: [1600]", "pre_lora_tokens: [5120]")
                             .replace("[[{name: first, rate: 1.0, style: PMD}]]",
                                      "[[{name: rows, rate: 1.0, style: PADDED}]]"))
        self.run_job("r", config, "training.post_lora_tokens=[64]", "training.validation=false")
        found = self.why("r")
        self.assertGreater(found["loss"], found["before"])
        if found["phase"] == 1:  # the other dataset is the larger surprise of the two
            self.assertEqual((found["rows"][0]["row"], found["rows"][0]["text"]), (7, ODD))
        steps = {r[0] for r in records(self.results("r") / "row_losses.bin") if r[0] <= 80}
        odd = [s for s in (self.why("r", "--step", step) for step in sorted(steps)[-20:])
               if any(row["row"] == 7 for row in s["rows"])]
        self.assertTrue(odd)
        for step in odd:
            self.assertEqual(step["rows"][0]["text"], ODD)

    def test_it_may_be_off_and_says_so(self):
        config = self.config(LORA)
        self.run_job("r", config, "logging.row_losses=false")
        self.assertFalse((self.results("r") / "row_losses.bin").exists())
        self.assert_refused(self.twofold("why", "r", self.root), "logging/row_losses")
        self.assert_refused(self.twofold("why", "nobody", self.root), "check NAME")
        self.run_job("s", config)
        self.assert_refused(self.twofold("why", "s", self.root, "--step", 99), "from 1 to 45", "--step 99")
        write_tokens(self.root / "data/second/train.bin", [1] * 200)
        self.assert_refused(self.twofold("why", "s", self.root, "--step", 45), "second/train.bin", "has changed")

    def test_other_data_are_noticed(self):
        put_rows(self.root, odd=7)
        config = self.config(BYTES.replace("{name: first, rate: 1.0, style: PMD}",
                                           "{name: rows, rate: 1.0, style: PADDED}"))
        self.run_job("r", config)
        mask = self.root / "data/rows/train.bin.mask"
        mask.write_bytes(bytes([0] * 16 + [1]) * ROWS)
        shutil.rmtree(self.checkpoints("r"))  # which know the files
        self.assert_refused(self.twofold("why", "r", self.root, "--step", 20), "not those", "supervised tokens")


PACKED = BYTES.replace("batch_size: 4", "batch_size: 7").replace(
    "[[{name: first, rate: 1.0, style: PMD}]]", "[[{name: padded, rate: 1.0, style: PACKED}]]").replace(
    "[[{name: second, rate: 1.0, style: PMD}]]", "[[{name: padded, rate: 1.0, style: PACKED}]]").replace(
    "pre_lora_tokens: [1600]", "pre_lora_tokens: [1344]").replace("checkpoint_interval: 7", "checkpoint_interval: 5")


class Packed(RunTest):
    def setUp(self):
        super().setUp()
        make_padded(self.root, "padded", rows=90)
        self.path = self.config(PACKED)

    def test_a_run_goes_on_within_an_epoch(self):
        self.run_job("r", self.path, "logging.keep=0")
        other = self.root / "other"
        for folder in ("data", "checkpoints", "results"):
            shutil.copytree(self.root / folder, other / folder)
        checkpoints = self.checkpoints("r", other)
        for folder in [checkpoints / "final", checkpoints / "pre_lora_checkpoint", checkpoints / "best",
                       *(checkpoints / "ntoks").iterdir()]:
            if folder.name != "560":  # step 5 of 12; an epoch has more rows than five steps take
                shutil.rmtree(folder, ignore_errors=True)
        (checkpoints / "latest").write_text("ntoks/560\n")
        self.assertIn("at step 5 of", self.run_job("r", self.path, "logging.keep=0", root=other).stdout)
        self.assert_same_run("r", self.root, "r", other)

    def test_losses_do_not_depend_on_micro_batches(self):
        # At every step of both phases, within a few units in the last place of float32: a base that is frozen in
        # bfloat16 would round such a difference up to 1e-3.
        found = {}
        for rows in (7, 4, 1):  # 1, 2 and 7 micro-batches
            self.run_job(f"m{rows}", self.path, f"training.per_device_batch_size={rows}",
                         "optimization.lora.base_dtype=float32")
            lines = [line["loss"] for line in self.metrics(f"m{rows}") if "loss" in line]
            kept = records(self.results(f"m{rows}") / "row_losses.bin")
            found[rows] = lines, kept
        self.assertEqual(len(found[7][0]), 12 + 12)
        for rows in (4, 1):
            for one, other in zip(found[rows][0], found[7][0], strict=True):
                self.assertAlmostEqual(one, other, delta=1e-6 * other)
            for one, other in zip(found[rows][1], found[7][1], strict=True):
                self.assertEqual(one[:3], other[:3])
                self.assertAlmostEqual(one[3], other[3], delta=1e-6 * max(1, other[3]))


class Fill(RunTest):
    """What share of the positions of packed rows is used, by `plan`."""

    def filled(self, name, texts, width):
        source = self.root / f"{name}.jsonl"
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        job = self.config("job: data/tokenize_blockwise_dataset\n", "tokenize.yaml")
        made = self.twofold("tokenize", job, self.root, f"data.dataset={name}", f"data.suffix={width}",
                            f"data.source={source}", "data.format=jsonl", f"architecture.block_size={width}",
                            "tokenizer.backend=huggingface", f"tokenizer.file={SHARED_DATA / 'tokenizers/gpt2'}")
        self.assertEqual(made.returncode, 0, made.stderr)
        entry = "{name: %s, suffix: '%d', rate: 1.0, style: PACKED}" % (name, width)
        config = self.config(PRETRAIN.replace("{name: first, rate: 1.0, style: PMD}", entry), "plan.yaml")
        plan = self.twofold("plan", config, self.root, f"architecture.block_size={width}",
                            "architecture.vocab_size=50257", "training.tokens=100000")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        return float(re.search(r"([0-9.]+) %\s*$", next(
            line for line in plan.stdout.splitlines() if f"{name}_{width}" in line))[1])

    @needs_shared_data
    def test_real_data_fills_almost_all_of_them(self):
        data = SHARED_DATA / "finetune"
        alpaca = json.loads((data / "alpaca_en_demo.json").read_text())
        gsm8k = map(json.loads, (data / "gsm8k_train.jsonl").read_text().splitlines())
        texts = {
            "alpaca": ["\n".join((row["instruction"], row["input"], row["output"])) for row in alpaca],
            "gsm8k": [row["question"] + "\n" + row["answer"] for row in gsm8k],
            "e2e": [line.replace("||", "\n") for line in (data / "e2e_valid.txt").read_text().splitlines()]}
        for name, widths in (("alpaca", (512, 524)), ("gsm8k", (512, 568)), ("e2e", (244, 512))):
            for width in widths:  # 524, 568 and 244: four times the median
                with self.subTest(name=name, width=width):
                    least = 97 if width == 512 and name != "e2e" else 99
                    self.assertGreaterEqual(self.filled(name, texts[name], width), least)


if __name__ == "__main__":
    unittest.main()
