"""Texts from a run's weights: alone or side by side, ended by a stop or by the context."""
import unittest

from support import LORA, PRETRAIN, RunTest, write_tokens


class Generate(RunTest):
    def setUp(self):
        super().setUp()
        self.run_job("r", self.config(LORA + "\ntokenizer: {backend: bytes}\n"))

    def text(self, *arguments, code=0):
        greedy = () if "--temperature" in arguments else ("--temperature", "0")
        done = self.twofold_bytes("generate", "r", self.root, *greedy, *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def twofold_bytes(self, *arguments):
        """As twofold(), but a text of bytes may be no UTF-8."""
        return self.twofold(*arguments, errors="surrogateescape")

    def test_prompts_side_by_side_get_what_each_gets_alone(self):
        alone = [self.text("--prompt", prompt) for prompt in ("ab", "hello")]
        self.assertTrue(alone[0].startswith("ab"))
        self.assertEqual(self.text("--prompt", "ab", "--prompt", "hello"), "".join(alone))
        (self.root / "prompts.txt").write_text("ab\nhello\n")
        self.assertEqual(self.text("--prompts", self.root / "prompts.txt"), "".join(alone))

    def test_a_stop_ends_the_text_and_is_not_part_of_it(self):
        whole = self.text("--prompt", "ab", "--tokens", "10")[2:-1]
        stop = whole[4]
        self.assertEqual(self.text("--prompt", "ab", "--tokens", "10", "--stop", stop)[2:-1], whole.split(stop)[0])

    def test_the_context_is_a_limit(self):
        refused = self.text("--prompt", "abc", "--tokens", "14", code=2)
        for fragment in ("context", "16", "prompt 1"):
            self.assertIn(fragment, refused)
        self.assertIn("context", self.text("--prompt", "a" * 17, code=2))
        self.text("--prompt", "a" * 16)

    def test_the_seed_decides(self):
        draw = lambda seed: self.twofold_bytes("generate", "r", self.root, "--prompt", "a", "--seed", seed).stdout
        self.assertEqual(draw("1"), draw("1"))
        self.assertNotEqual(draw("1"), draw("2"))

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
