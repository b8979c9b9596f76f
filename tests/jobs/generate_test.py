"""Texts from a run's weights: alone or side by side, ended by a stop or by the context."""
import gzip
import itertools
import unittest

from support import LORA, PRETRAIN, RunTest, write_tokens


class Generate(RunTest):
    def setUp(self):
        super().setUp()
        self.run_job("r", self.config(LORA + "\ntokenizer: {backend: bytes}\n"))

    def text(self, *arguments, code=0):
        greedy = () if "--temperature" in arguments else ("--temperature", "0")
        done = self.twofold("generate", "r", self.root, *greedy, *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def test_prompts_side_by_side_get_what_each_gets_alone(self):
        alone = [self.text("--prompt", prompt) for prompt in ("ab", "hello")]
        self.assertTrue(alone[0].startswith("ab"))
        self.assertEqual(self.text("--prompt", "ab", "--prompt", "hello"), "".join(alone))
        (self.root / "prompts.txt").write_text("ab\nhello\n")
        self.assertEqual(self.text("--prompts", self.root / "prompts.txt"), "".join(alone))

    def test_a_stop_ends_the_text_and_is_not_part_of_it(self):
        for seed in range(20):  # a model of random bytes: not every text has a printable character
            options = ("--prompt", "ab", "--tokens", "10", "--temperature", "1", "--seed", seed)
            whole = self.text(*options)[2:-1]
            if stops := [character for character in whole[3:] if character.isprintable() and character != "\ufffd"]:
                break
        self.assertEqual(self.text(*options, "--stop", stops[0])[2:-1], whole.split(stops[0])[0])

    def test_a_file_of_prompts_may_come_from_anywhere(self):
        file = self.root / "prompts.txt"
        file.write_text("ab\nhello\n")
        plain = self.text("--prompts", file)
        for text in (b"ab\r\nhello\r\n", b"\xef\xbb\xbfab\nhello", b"\xef\xbb\xbfab\r\nhello\r\n"):
            file.write_bytes(text)
            self.assertEqual(self.text("--prompts", file), plain)
        for text, fragments in ((b"ab\ncaf\xe9\n", ("prompts.txt:2 (byte 6)", "0xe9")),
                                ("ab\n".encode("utf-16"), ("UTF-16",)), (gzip.compress(b"ab"), ("gzip",))):
            file.write_bytes(text)
            self.assert_refused(self.twofold("generate", "r", self.root, "--prompts", file), *fragments)
        self.assert_refused(self.twofold("generate", "r", self.root, "--prompt", b"caf\xe9".decode(errors="surrogateescape")),
                            "prompt 1", "0xe9")

    def test_the_text_is_what_decode_makes_of_the_ids(self):
        """A model of random bytes ends inside of characters, and begins them anywhere."""
        ended_inside = 0
        for seed in range(30):
            options = ("--temperature", "1", "--seed", seed, "--tokens", "14")
            ids = self.ask([[97]], "generate", "r", self.root, *options)[0]["ids"]
            whole = b"a" + bytes(itertools.takewhile(lambda id: id < 256, ids))
            self.assertEqual(self.text("--prompt", "a", *options), whole.decode(errors="replace") + "\n")
            ended_inside += whole[-1] >= 0xC2
        self.assertGreater(ended_inside, 0)

    def test_the_context_is_a_limit(self):
        refused = self.text("--prompt", "abc", "--tokens", "14", code=2)
        for fragment in ("context", "16", "prompt 1"):
            self.assertIn(fragment, refused)
        self.assertIn("context", self.text("--prompt", "a" * 17, code=2))
        self.text("--prompt", "a" * 16)

    def test_the_seed_decides(self):
        draw = lambda seed: self.twofold("generate", "r", self.root, "--prompt", "a", "--seed", seed).stdout
        self.assertEqual(draw("1"), draw("1"))
        self.assertNotEqual(draw("1"), draw("2"))

    def test_rows_without_a_token_are_no_text(self):
        """A model of 300 rows whose tokenizer has 257 tokens draws some of the others."""
        config = self.config(LORA + "\ntokenizer: {backend: bytes}\n", "padded.yaml")
        padded = ("architecture.vocab_size=300", "logging.samples=4", "logging.sample_tokens=15")
        first = self.run_job("padded", config, *padded).stdout
        again = self.run_job("padded", config, *padded).stdout
        self.assertIn("padded is done", again)
        self.assertEqual(again[again.index("Samples"):], first[first.index("Samples"):])
        flat = ("--temperature", "1000", "--seed", "3")
        ids = self.ask([[97]], "generate", "padded", self.root, *flat, "--tokens", "15")[0]["ids"]
        self.assertTrue(any(token > 256 for token in ids), ids)
        done = self.twofold("generate", "padded", self.root, "--prompt", "a", "--tokens", "15", *flat)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_adapters_can_be_off_and_options_are_checked(self):
        self.text("--adapters-off", "--checkpoint", "best")
        self.assertIn("--temperature", self.text("--temperature", "-1", code=2))
        self.assertIn("--stop", self.text("--stop", "", code=2))
        self.assertIn("no checkpoint", self.twofold("generate", "nobody", self.root).stderr)


class TwoBegins(RunTest):
    def test_rows_and_prompts_that_begin_twice_are_warned_of(self):
        for name, begin, warned in (("twice", [1, 1], True), ("once", [1], False)):
            with self.subTest(name):
                write_tokens(self.root / "data/first/train.bin", [*begin, *range(40, 54)] * 150)
                done = self.run_job(name, self.config(PRETRAIN), "architecture.bos_token_id=1",
                                    "architecture.eos_token_id=[2]")
                warning = "of first has the token that begins a text twice in a row (id 1)"
                self.assertEqual((done.stdout + done.stderr).count(warning), int(warned), done.stdout)
        done = self.twofold("generate", "once", self.root, "--ids", "-", "--tokens", "1",
                            input='{"ids": [1, 5]}\n{"ids": [1, 1, 5]}\n')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("warning"), 1, done.stderr)
        self.assertIn("standard input:2", done.stderr)


if __name__ == "__main__":
    unittest.main()
