"""Records of every form, in every kind of file: the same examples become the same dataset. What cannot be read ends with
exit code 2, file and line."""
import csv
import gzip
import io
import json
import pathlib
import shutil
import struct
import subprocess
import unittest

from support import BINARY, PRETRAIN, SHARED_DATA, SOURCE, RunTest, needs_shared_data

END = 256  # of a text, to the bytes tokenizer

# Arrow in the environment that the build finds it in; the program's component is built from it.
ARROW = next(iter(sorted((SOURCE / ".venv/lib").glob("python3*/site-packages/pyarrow"))), None)
needs_arrow = unittest.skipUnless(ARROW, "needs Apache Arrow in .venv (tools/setup.sh --tests)")

PAIRS = [{"prompt": f"What is {i} + {i}?\n", "completion": f"It's \"{2 * i}\", não?"} for i in range(40)]


class FormsTest(RunTest):
    def tokenize(self, source, *overrides, job="blockwise", name="d"):
        config = self.config(f"job: data/tokenize_{job}_dataset\ntokenizer: {{backend: bytes}}\n"
                             f"data: {{dataset: {name}, source: '{source}', val_pct: 0}}\n" +
                             ("architecture: {block_size: 64}\n" if job == "blockwise" else ""))
        return self.twofold("tokenize", config, self.root, *overrides)

    def made(self, source, *overrides, **options):
        """The token and mask files that become of a source."""
        done = self.tokenize(source, *overrides, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        folder = self.root / "data/d"
        files = {file.name: file.read_bytes() for file in sorted(folder.glob("train.*"))}
        shutil.rmtree(folder)
        return files

    def write(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def lines(self, records, name="a.jsonl"):
        return self.write(name, "".join(json.dumps(record) + "\n" for record in records))

    def parquet(self, records):
        """The records as pyarrow writes them, in row groups of seven."""
        script = ("import sys, json, pyarrow as pa, pyarrow.parquet as pq\n"
                  "rows = [json.loads(line) for line in open(sys.argv[1])]\n"
                  "pq.write_table(pa.Table.from_pylist(rows), sys.argv[2], row_group_size=7)\n")
        path = self.root / "a.parquet"
        subprocess.run([SOURCE / ".venv/bin/python", "-c", script, self.lines(records, "in.jsonl"), path], check=True)
        return path

    def rows(self, files):
        """Of each row: its text, and the part of it that is trained on."""
        ids = [i for i, in struct.iter_unpack("<I", files["train.bin"])]
        mask = files["train.bin.mask"]
        rows = set()
        for at in range(0, len(ids), 64):
            whole, trained = [[i for i, on in zip(ids[at:at + 64], mask[at:at + 64]) if keep(i, on)]
                              for keep in (lambda i, on: i or on, lambda i, on: on)]
            rows.add(tuple(bytes(i for i in part if i != END).decode() + "|" * (END in part)
                           for part in (whole, trained)))
        return rows


class Kinds(FormsTest):
    """Every kind of file holds the same records."""

    def setUp(self):
        super().setUp()
        self.expected = self.made(self.lines(PAIRS))
        self.assertEqual(self.rows(self.expected),
                         {(one["prompt"] + one["completion"] + "|", one["completion"] + "|") for one in PAIRS})

    def test_json_arrays(self):
        self.assertEqual(self.made(self.write("a.json", json.dumps(PAIRS, indent=2))), self.expected)
        self.assertEqual(self.made(self.write("a.json", json.dumps(PAIRS))), self.expected)

    def test_tables(self):
        for name, dialect in (("a.csv", "excel"), ("a.tsv", "excel-tab"), ("b.csv", "unix")):
            text = io.StringIO()
            table = csv.DictWriter(text, ["prompt", "completion"], dialect=dialect)
            table.writeheader()
            table.writerows(PAIRS)
            self.assertEqual(self.made(self.write(name, text.getvalue())), self.expected, name)

    def test_packed_files(self):
        plain = (self.root / "a.jsonl").read_bytes()
        self.assertEqual(self.made(self.write("a.jsonl.gz", gzip.compress(plain))), self.expected)
        packed = subprocess.run(["zstd", "-c"], input=plain, capture_output=True, check=True).stdout
        self.assertEqual(self.made(self.write("a.jsonl.zst", packed)), self.expected)

    def test_several_files_folders_and_patterns(self):
        self.lines(PAIRS[:10], "d/1.jsonl")
        self.write("d/2.json", json.dumps(PAIRS[10:20]))
        self.lines(PAIRS[20:30], "e/x/3.jsonl")
        self.write("e/y.jsonl.gz", gzip.compress("".join(json.dumps(one) + "\n" for one in PAIRS[30:]).encode()))
        self.write("d/README.md", "# What this is\n")
        for source in ("{{{0}/d/1.jsonl,{0}/d/2.json,{0}/e}}", "{0}/{{d,e}}", "{{{0}/d/*.json*,{0}/e/**/*.jsonl,{0}/e/*.gz}}"):
            self.assertEqual(self.made(source.format(self.root)), self.expected, source)

    @needs_arrow
    def test_parquet(self):
        self.assertEqual(self.made(self.parquet(PAIRS)), self.expected)


class Parquet(FormsTest):
    """What only tables of Parquet have."""

    @needs_arrow
    def test_nested_rows_and_odd_columns(self):
        records = [{"id": i, "score": i / 3, "tags": ["a", None], "text": f"row {i} \u0000\"\\ é", "flag": i % 2 == 0,
                    "nothing": None, "inner": {"x": [i]}} for i in range(20)]
        expected = self.made(self.lines(records), job="variable")
        self.assertEqual(self.made(self.parquet(records), job="variable"), expected)

    @needs_arrow
    def test_a_fault_names_the_row(self):
        self.assert_refused(self.tokenize(self.parquet([{"text": "a"}] * 9 + [{"text": None}])),
                            "a.parquet, row 10", "null")

    @needs_arrow
    def test_a_file_that_is_cut_short(self):
        whole = self.parquet([{"text": "a"}] * 9).read_bytes()
        self.write("a.parquet", whole[:len(whole) // 2])
        self.assert_refused(self.tokenize(self.root / "a.parquet"), "a.parquet", "cannot be read")

    def test_without_the_component_it_says_how_to_get_it(self):
        self.write("a.parquet", b"PAR1" + bytes(60) + b"PAR1")
        binary = self.root / "elsewhere/twofold"
        binary.parent.mkdir()
        shutil.copy(BINARY, binary)
        config = self.config("job: data/tokenize_blockwise_dataset\ntokenizer: {backend: bytes}\n"
                             f"data: {{dataset: d, source: {self.root}/a.parquet}}\n")
        result = subprocess.run([binary, "tokenize", config, self.root], capture_output=True, text=True)
        self.assert_refused(result, "a.parquet", "libtwofold_parquet.so", "tools/setup.sh --parquet")


class Forms(FormsTest):
    """What the fields of a record mean."""

    def test_a_text_trains_on_all_of_itself(self):
        self.assertEqual(self.rows(self.made(self.lines([{"text": "one"}, {"text": "two", "id": 3}]))),
                         {("one", "one"), ("two", "two")})

    def test_fields_may_have_other_names(self):
        source = self.lines([{"question": "2+2=", "answer": "4"}])
        self.assert_refused(self.tokenize(source), "a.jsonl:1", "question, answer", "data/fields")
        named = self.made(source, "data.fields.prompt=question", "data.fields.completion=answer")
        self.assertEqual(self.rows(named), {("2+2=4|", "4|")})
        self.assertEqual(self.rows(self.made(source, "data.text_key=question")), {("2+2=", "2+2=")})

    def test_what_is_longer_than_a_row_is_cut_or_dropped(self):
        source = self.lines([{"text": "short"}, {"text": "a" * 60 + "b" * 60}])
        for how, rows in (("start", {("short",) * 2, ("aaaa" + "b" * 60,) * 2}), ("drop", {("short",) * 2}),
                          ("end", {("short",) * 2, ("a" * 60 + "bbbb",) * 2})):
            self.assertEqual(self.rows(self.made(source, f"data.truncate={how}")), rows, how)
        self.assert_refused(self.tokenize(self.lines([{"text": "a" * 70}]), "data.truncate=drop"), "data/truncate")

    @needs_shared_data
    def test_real_files(self):
        folder = SHARED_DATA / "finetune"
        alpaca = self.rows(self.made(folder / "alpaca_en_demo.json", "architecture.block_size=64", "data.truncate=end",
                                     "data.train_on=all"))
        self.assertTrue(all(whole.startswith("Below is an instruction that describes a task") for whole, _ in alpaca))
        for name, overrides in (("gsm8k_train.jsonl", ["data.fields={prompt: question, completion: answer}"]),
                                ("instruction-data.json", []), ("identity.json", [])):
            done = self.tokenize(folder / name, "architecture.block_size=2048", "data.truncate=drop", *overrides,
                                 name=pathlib.Path(name).stem)
            self.assertEqual(done.returncode, 0, done.stderr)


class Bad(FormsTest):
    """Every fault says file and line, and that nothing was made."""

    def refused(self, source, *fragments, overrides=()):
        for job in ("blockwise", "variable"):
            self.assert_refused(self.tokenize(source, *overrides, job=job), *fragments)
            self.assertFalse((self.root / "data/d/config.json").exists())

    def test_files(self):
        good = json.dumps({"text": "a" * 50}) + "\n"
        for name, content, *fragments in (
                ("a.jsonl", good * 3 + "{\"text\": \n" + good, "a.jsonl:4", "JSON"),
                ("a.jsonl", good + "[1, 2]\n", "a.jsonl:2", "object"),
                ("a.json", "[" + good + ",\n" + good, "a.json:", "cut short"),
                ("a.csv", "text,b\none,\"two\nthree", "a.csv:2", "not closed"),
                ("a.csv", "text,b\none,two\none\n", "a.csv:3", "too few"),
                ("a.jsonl", "", "no text"), ("a.json", "[]", "no text"), ("a.csv", "text\n", "no text")):
            self.refused(self.write(name, content), *fragments)

    def test_packed_files_that_are_cut_short(self):
        lines = "".join(json.dumps({"text": str(i ** 5)}) + "\n" for i in range(20000)).encode()
        for name, packed in (("a.jsonl.gz", gzip.compress(lines)),
                             ("a.jsonl.zst", subprocess.run(["zstd", "-c"], input=lines, capture_output=True).stdout)):
            self.refused(self.write(name, packed[:len(packed) // 2]), f"{name}:", "cut short")

    def test_records(self):
        chat = {"messages": [{"role": "user", "content": "hi"}]}
        for records, *fragments in (
                ([{"messages": [{"role": "usr", "content": "hi"}]}, chat], "a.jsonl:1, messages/0/role", "`user`"),
                ([{"messages": []}, chat], "a.jsonl:1, messages", "without messages"),
                ([{"prompt": "a", "completion": 3}], "a.jsonl:1, completion"),
                ([{"instruction": "a", "output": "b"}, {"instruction": "a"}], "a.jsonl:2, output"),
                ([{"a": 1}], "a.jsonl:1", "fields of no form")):
            self.refused(self.lines(records), *fragments)

    def test_settings(self):
        source = self.lines([{"text": "a"}])
        self.refused(source, "data/fields", "did you mean `prompt`", overrides=["data.fields={promt: a}"])
        self.refused(source, "data/system_prompt", overrides=["data.system_prompt=Be kind."])
        self.refused(self.root / "missing*.jsonl", "data/source", "missing*.jsonl")
        self.lines([{"text": "a"}], "d/train.jsonl")
        self.refused(self.root / "d", "data/split", "files of train", overrides=["data.split=test"])
        self.refused(self.root / "d", "no such configuration", overrides=["data.config=main"])


class Mixture(FormsTest):
    """An entry of a mixture may name its source."""

    def setUp(self):
        super().setUp()
        self.source = self.lines([{"text": f"line {i} of a source"} for i in range(200)])

    def training(self, style="PADDED", more=""):
        entry = f"[{{name: made, source: {self.source}, rate: 1.0, style: {style}}}]"
        return self.config(PRETRAIN.replace("[{name: first, rate: 1.0, style: PMD}]", entry) +
                           "tokenizer: {backend: bytes}\n" + more)

    def test_it_is_tokenized_once_before_training(self):
        for style, job in (("PADDED", "blockwise"), ("PMD", "variable")):
            config = self.training(style)
            planned = self.twofold("plan", config, self.root)
            self.assertEqual(planned.returncode, 0, planned.stderr)
            self.assertIn("not tokenized yet", planned.stdout)
            self.assertFalse((self.root / "data/made").exists())
            self.assertIn("made: 200 documents", self.run_job(f"r{style}", config).stdout)
            self.assertNotIn("200 documents", self.run_job(f"s{style}", config).stdout)
            made = {file.name: file.read_bytes() for file in (self.root / "data/made").glob("*.bin*")}
            overrides = ["data.val_pct=0.05"]
            overrides += ["architecture.block_size=17", "data.truncate=end"] if job == "blockwise" else []
            done = self.tokenize(self.source, *overrides, job=job)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(made, {file.name: file.read_bytes() for file in (self.root / "data/d").glob("*.bin*")})
            shutil.rmtree(self.root / "data/d")
            (self.root / "data/made").unlink()

    def test_the_example_of_the_documentation(self):
        page = (SOURCE / "docs/data.md").read_text()
        block = page[page.index("### Sources in a mixture"):].split("\n\n")[2]
        example = "".join(line[4:] + "\n" for line in block.splitlines())
        self.lines([{"messages": [{"role": "user", "content": "hi"}]}], "chats/a.jsonl")
        config = self.config("job: llama/train/pretrain\n" + example)
        planned = self.twofold("plan", config, self.root, "training.validation=false",
                               "training.per_device_batch_size=1", cwd=self.root)
        self.assertEqual(planned.returncode, 0, planned.stderr)
        self.assertIn("chat", planned.stdout)

    def test_other_content_is_another_dataset_and_a_run_notices(self):
        config = self.training()
        self.run_job("r", config, "training.tokens=640")
        self.lines([{"text": f"line {i} of another source"} for i in range(200)])
        self.run_job("s", config)
        self.assertEqual(len(list((self.root / "data").glob("made.*"))), 2)
        self.assert_refused(self.twofold("run", "r", config, self.root), "data has changed")

    def test_faults_are_told_before_anything_is_made(self):
        wrong = self.training(more="data: {form: alpaca}\n")
        self.assert_refused(self.twofold("run", "r", wrong, self.root), "a.jsonl:1, instruction")
        self.assert_refused(self.twofold("plan", self.training("CONTRASTIVE"), self.root), "CONTRASTIVE")
        result = self.twofold("run", "r", self.training(), self.root, "training.dataset.0.rate=0.5")
        self.assert_refused(result, "0.5")
        self.source = self.root / "gone.jsonl"
        self.assert_refused(self.twofold("plan", self.training(), self.root), "gone.jsonl")
        self.assertEqual(list((self.root / "data").glob("made*/config.json")), [])


if __name__ == "__main__":
    unittest.main()
