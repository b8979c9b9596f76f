"""twofold's ids beside those of `tokenizers`, with small tokenizers of every kind that are trained here."""
import json
import unittest

from tokenizers import Tokenizer

from random_text import FEW, draw
from tokenizers_compare import same_as_tokenizers
from tokenizers_support import TRAINED, Base, encode, encode_theirs, llama3


class Trained(Base):
    """Tokenizers made here: they need nothing that is not in the repository."""

    def check(self, make, seed):
        tokenizer = make()
        same_as_tokenizers(self, self.save(tokenizer, make.__name__), tokenizer, seed)

    def variants(self, name, changes, seed):
        """The small Llama 3 tokenizer with other parts: each is compared on a share of the strings."""
        base = json.loads(llama3().to_str())
        texts = draw(seed, ["<|eot_id|>"])[0][:FEW]
        for number, change in enumerate(changes):
            with self.subTest(change):
                tokenizer = Tokenizer.from_str(json.dumps({**base, **change}))
                path = self.save(tokenizer, f"{name}{number}")
                self.same(texts, encode(path, texts), encode_theirs(tokenizer, texts))

    def test_patterns_and_behaviors(self):
        patterns = [r"\s+$", r"^\w+", r"a$|\d{1,3}+", r"\p{N}{1,2}", r"\W+", r"[\w.]+|x", r"(?i:'s|k)",
                    r"(?<=a)b|\p{Lu}", r" ?\p{L}++", r"\s*", r"\.\s(?!\S)", r"[^\r\n\s]+[\r\n/]*"]
        behaviors = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
        splits = [({"Regex": pattern}, behaviors[i % 5], False) for i, pattern in enumerate(patterns)]
        splits += [({"Regex": r"\s"}, behavior, invert)
                   for behavior in behaviors for invert in (False, True)]
        splits += [({"String": text}, behavior, False)
                   for text, behavior in zip([" ", "the", ".", "(", "\n"], behaviors)]
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False,
                      "trim_offsets": True}
        self.variants("split", [{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert},
            byte_level]}} for pattern, behavior, invert in splits], 200)

    def test_normalizers(self):
        kinds = [{"type": form} for form in ("NFC", "NFD", "NFKC", "NFKD")]
        kinds += [{"type": "Strip", "strip_left": left, "strip_right": right}
                  for left in (True, False) for right in (True, False)]
        kinds += [{"type": "Replace", "pattern": pattern, "content": content} for pattern, content in
                  [({"String": "the"}, ""), ({"Regex": r"\s+"}, " "), ({"Regex": "[aeiou]"}, "ee")]]
        kinds += [{"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "x y"}, {"type": "NFC"}]}]
        self.variants("normal", [{"normalizer": kind} for kind in kinds], 201)

    def test_pre_tokenizers(self):
        def sequence(*steps):
            return {"pre_tokenizer": {"type": "Sequence", "pretokenizers": list(steps)}}
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True,
                      "trim_offsets": True}
        changes = [sequence({"type": "Digits", "individual_digits": each}, byte_level)
                   for each in (True, False)]
        changes += [sequence({"type": "WhitespaceSplit"}, {**byte_level, "add_prefix_space": True})]
        changes += [sequence({"type": "Metaspace", "replacement": "_", "prepend_scheme": scheme,
                              "split": split}, byte_level)
                    for scheme in ("always", "first", "never") for split in (True, False)]
        self.variants("pre", changes, 202)


for number, maker in enumerate(TRAINED):
    setattr(Trained, f"test_{maker.__name__}",
            lambda self, make=maker, seed=number: self.check(make, seed))


if __name__ == "__main__":
    unittest.main()
