"""encode and decode as filters: streams, faults, and two programs that talk through one."""
import json
import pathlib
import subprocess
import tempfile
import unittest

from support import BINARY

TINY = {"added_tokens": [{"id": 4, "content": "<s>", "special": True}],
        "decoder": {"type": "Fuse"},
        "post_processor": {"type": "TemplateProcessing", "pair": [],
                           "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                                      {"Sequence": {"id": "A", "type_id": 0}}],
                           "special_tokens": {"<s>": {"id": "<s>", "ids": [4], "tokens": ["<s>"]}}},
        "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "<": 3}, "merges": [["a", "b"]]}}


class TinyTokenizer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "tokenizer.json"
        self.path.write_text(json.dumps(TINY))


class Filters(TinyTokenizer):
    def run_filter(self, verb, text, *flags, path=None):
        return subprocess.run([BINARY, verb, "--tokenizer", path or self.path, *flags],
                              input=text, capture_output=True)

    def test_flags(self):
        line = b'{"text": "ab<s>a"}'
        for flags, ids in [((), b"[4,2,4,0]"), (("--no-add-special",), b"[2,4,0]"),
                           (("--add-special", "--ordinary"), b"[4,2,3,0]")]:
            self.assertEqual(self.run_filter("encode", line, *flags).stdout, b'{"ids":' + ids + b"}\n")
        for flags, text in [((), b"ab"), (("--keep-special",), b"<s>ab")]:
            out = self.run_filter("decode", b'{"ids": [4, 2]}\n', *flags).stdout
            self.assertEqual(out, b'{"text":"' + text + b'"}\n')

    def test_a_text_that_begins_twice_is_warned_of_once(self):
        lines = b'{"text": "a"}\n{"text": "<s>a"}\n{"text": "<s>b"}\n'
        result = self.run_filter("encode", lines)
        self.assertEqual(result.stdout, b'{"ids":[4,0]}\n{"ids":[4,4,0]}\n{"ids":[4,4,1]}\n')
        self.assertEqual(result.stderr.count(b"warning"), 1, result.stderr)
        self.assertIn(b"standard input:2", result.stderr)
        for flag in ("--no-add-special", "--ordinary"):
            self.assertEqual(self.run_filter("encode", lines, flag).stderr, b"")

    def test_lines_of_any_length_and_ending(self):
        result = self.run_filter("encode", b'{"text":"a"}\r\n\n{"text":"' + b"ab" * 3_000_000 + b'"}')
        self.assertEqual(result.returncode, 0, result.stderr)
        first, second = result.stdout.splitlines()
        self.assertEqual(first, b'{"ids":[4,0]}')
        self.assertEqual(len(json.loads(second)["ids"]), 3_000_001)

    def test_a_bad_line_is_named_and_the_lines_before_it_are_written(self):
        for bad in [b"{", b"[]", b'{"text": 1}', b'{"text": "\xff"}', b'{"text": "a"} x', b'{"x": "a"}']:
            result = self.run_filter("encode", b'{"text":"a"}\n\n' + bad + b'\n{"text":"b"}\n')
            self.assertEqual(result.returncode, 2)
            self.assertEqual(result.stdout, b'{"ids":[4,0]}\n')
            self.assertIn(b"standard input:3", result.stderr)
            self.assertEqual(result.stderr.count(b"error:"), 1)
        result = self.run_filter("decode", b'{"ids": [0, 5]}\n')
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"standard input:1", result.stderr)
        self.assertIn(b"from 0 to 4", result.stderr)

    def test_two_programs_can_talk_through_it(self):
        with subprocess.Popen([BINARY, "encode", "--tokenizer", self.path], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            for _ in range(3):
                process.stdin.write(b'{"text":"b"}\n')
                process.stdin.flush()
                self.assertEqual(process.stdout.readline(), b'{"ids":[4,1]}\n')
            process.stdin.close()
            self.assertEqual(process.wait(), 0)

    def test_bad_tokenizers_are_refused(self):
        whole = json.dumps(TINY)
        texts = [whole[:cut] for cut in range(1, len(whole), 40)]
        for change in [{"vocab": {"a": 4_000_000_000}}, {"vocab": {"a": 0, "b": 0}}, {"vocab": []},
                       {"merges": [["a", "z"]]}, {"merges": "x"}, {"type": "WordPiece"}]:
            texts.append(json.dumps({**TINY, "model": {**TINY["model"], **change}}))
        texts += ["", "\n\x80\x80\x80", "[" * 100_000, "YQ== 0\n"]
        path = self.path.parent / "bad"
        for text in texts:
            path.write_text(text)
            result = self.run_filter("encode", b"", path=path)
            self.assertEqual(result.returncode, 2, f"{text[:80]!r}: {result.stderr}")
        self.assertEqual(self.run_filter("encode", b"", path=self.path.parent / "none").returncode, 2)


if __name__ == "__main__":
    unittest.main()
