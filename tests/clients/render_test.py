"""`twofold render` beside transformers' apply_chat_template: published templates on random conversations, the language
itself, and masks."""
import datetime
import hashlib
import importlib.util
import json
import pathlib
import re
import subprocess
import tempfile
import unittest
from unittest import mock

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

import chat_template_folders as folders
from conversations import Conversations
from tokenizers_support import BINARY, SOURCE

TEMPLATES = SOURCE / "tests/jinja/templates"
ROWS = 200
NOW = datetime.datetime(2026, 1, 31, 12, 30, 5)


class FixedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def render(template, rows):
    """What `twofold render` writes for each row."""
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    result = subprocess.run([BINARY, "render", "--template", template, "--messages", "-", "--now", NOW.isoformat()],
                            input=lines.encode(), capture_output=True)
    if result.returncode:
        raise AssertionError(result.stderr.decode())
    return [json.loads(line) for line in result.stdout.decode().split("\n")[:-1]]


def asked(tokenizer, row, **options):
    """What transformers makes of a row; the exception if it refuses."""
    row = json.loads(json.dumps(row))
    given = {key: row.pop(key) for key in ("tools", "documents", "add_generation_prompt") if key in row}
    with mock.patch.object(chat_template_utils, "datetime", FixedClock):
        try:
            return tokenizer.apply_chat_template(row.pop("messages"), **given, **options, **row)
        except Exception as refusal:  # whatever a template runs into
            return refusal


class Published(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()))

    def compare(self, file):
        made = Conversations(file.name)
        rows = [made.row() for _ in range(ROWS)]
        refused = 0
        template = file.read_text()
        for row, ours in zip(rows, render(file, rows), strict=True):
            theirs = asked(self.tokenizer, row, chat_template=template, tokenize=False)
            if isinstance(theirs, Exception):
                refused += 1
                self.assertIn("error", ours, f"{theirs!r}: {row}")
                if type(theirs).__name__ == "TemplateError":  # the template's own words
                    self.assertTrue(ours["error"].startswith(str(theirs)), f"{ours}: {theirs}")
            else:
                self.assertEqual(ours, {"text": theirs}, row)
        self.assertLess(refused, 0.95 * ROWS)

    def test_templates_on_random_conversations(self):
        files = sorted(TEMPLATES.glob("*.jinja"))
        self.assertGreaterEqual(len(files), 30)
        for file in files:
            with self.subTest(template=file.name):
                self.compare(file)

    def test_templates_that_are_elsewhere(self):
        """By hash: their licences do not let them be kept here."""
        absent = 0
        for line in (TEMPLATES / "elsewhere.txt").read_text().splitlines():
            digest, name = line.split()
            package, rest = name.split("/", 1)
            found = importlib.util.find_spec(package)
            file = found and pathlib.Path(next(iter(found.submodule_search_locations))) / rest
            if not file or not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest()[:16] != digest:
                absent += 1
                continue
            with self.subTest(template=name):
                self.compare(file)
        if absent:
            self.skipTest(f"{absent} published templates are not here (trl 1.16.0, axolotl 0.19.0)")

    def test_the_table_of_sources_is_that_of_the_files(self):
        table = re.findall(r"^\| `(.+?)` \| .+ \| (MIT|Apache-2.0|BSD) \| `([0-9a-f]{16})` \|$",
                           (TEMPLATES / "README.md").read_text(), re.MULTILINE)
        found = [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()[:16]) for file in TEMPLATES.glob("*.jinja")]
        self.assertEqual(sorted((name, digest) for name, _, digest in table), sorted(found))


class Language(unittest.TestCase):
    def test_language_jsonl_is_what_jinja_makes(self):
        """What tests/jinja holds twofold against."""
        variables = {"x": 3, "m": {"role": "user", "content": "hi"}, "l": [1, 2, 3]}
        for line in (SOURCE / "tests/jinja/language.jsonl").read_text().splitlines():
            case = json.loads(line)
            blocks, spans = [], []
            with self.subTest(template=case["template"]):
                try:
                    compiled = chat_template_utils._compile_jinja_template(case["template"])
                    with compiled.environment.activate_tracker(blocks, spans):
                        blocks.extend(iter(compiled.generate(**json.loads(json.dumps(variables)))))
                except Exception:
                    self.assertNotIn("text", case)
                else:
                    self.assertEqual("".join(blocks), case["text"])


class Folders(unittest.TestCase):
    """A model's folder: its templates, special tokens, ids and masks."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def check_masks(self, name, template):
        folder = folders.model_folder(self.root / f"{name}-{template}", name, (TEMPLATES / template).read_text())
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        made = Conversations(name + template)
        rows = [{key: value for key, value in made.row().items() if "_token" not in key} for _ in range(100)]
        masked = 0
        for row, ours in zip(rows, render(folder, rows), strict=True):
            theirs = asked(tokenizer, row, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
            if isinstance(theirs, Exception):
                self.assertIn("error", ours, f"{theirs!r}: {row}")
                continue
            self.assertEqual(ours.get("ids"), theirs["input_ids"], (row, ours))
            self.assertEqual(ours["mask"], theirs["assistant_masks"], (row, ours["text"]))
            masked += sum(ours["mask"])
        self.assertEqual(masked > 0, "training" in template)

    def test_masks_are_those_of_transformers(self):
        for name in folders.TOKENIZERS:
            for template in ("trl_qwen3_training.jinja", "trl_phi3_training.jinja", "trl_qwen3.jinja"):
                with self.subTest(tokenizer=name, template=template):
                    self.check_masks(name, template)

    def test_the_documents_example(self):
        folder = folders.model_folder(self.root / "model", "whole", (TEMPLATES / "trl_qwen3.jinja").read_text())
        command, shown = re.search(r"```\n(echo .+)\n(\{.+)\n```", (SOURCE / "docs/chat_templates.md").read_text()).groups()
        command = command.replace("twofold", str(BINARY)).replace("MODEL", str(folder))
        line = subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout
        self.assertTrue(line.startswith(shown[:shown.index(',"ids"')]), line)
        self.assertEqual(list(json.loads(line)), ["text", "ids", "mask"])

    def test_named_templates(self):
        row = {"messages": [{"role": "user", "content": "x"}]}
        both = [row, {**row, "tools": []}, {**row, "tools": [{"type": "function"}]}]
        named = [{"name": "default", "template": "plain{{ bos_token }}"}, {"name": "tool_use", "template": "tools"}]
        for form in ("list", "files"):
            folder = folders.model_folder(self.root / form, "trimming", None)
            folders.write_named(folder, named, form)
            tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
            theirs = [asked(tokenizer, each, tokenize=False) for each in both]
            self.assertEqual([line["text"] for line in render(folder, both)], theirs)
            self.assertEqual(theirs, ["plain<s>", "tools", "tools"])


class Lines(unittest.TestCase):
    TEMPLATE = "{% if messages[0].role != 'user' %}{{ raise_exception('No!') }}{% endif %}ok{{ mine }}"

    def run_lines(self, lines, template=TEMPLATE):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "t.jinja"
            file.write_text(template)
            return subprocess.run([BINARY, "render", "--template", file, "--messages", "-"], input=lines,
                                  capture_output=True, text=True)

    def test_a_row_that_is_refused_is_a_line_of_its_own(self):
        result = self.run_lines('{"messages": [{"role": "bot"}]}\n{"messages": [{"role": "user"}], "mine": 5}\n'
                                '{}\n{"messages": 1}\n{"messages": []}\n'
                                '{"messages": [{"role": "user"}], "mine": 123456789012345678901234}\n')
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(rows[0]["error"], r"^No! \(.*t\.jinja:1:\d+\)$")
        self.assertEqual(rows[1], {"text": "ok5"})
        self.assertTrue(all("error" in row for row in rows[2:]))
        self.assertEqual(len(rows), 6)

    def test_a_line_that_is_no_json_ends_it(self):
        result = self.run_lines('{"messages": [{"role": "user"}]}\nnot json\n{"messages": [{"role": "user"}]}\n')
        self.assertEqual((result.returncode, result.stdout), (2, '{"text":"ok"}\n'))
        self.assertIn("standard input:2", result.stderr)

    def test_a_template_that_is_none(self):
        result = self.run_lines("", "a\n{% for %}")
        self.assertEqual(result.returncode, 2)
        self.assertIn("t.jinja:2:8", result.stderr)


if __name__ == "__main__":
    unittest.main()
