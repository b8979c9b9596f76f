"""Random strings of all that trips tokenizers up: code points of all planes, assigned or not, bytes
that are not UTF-8, long runs of spaces, the text of special tokens and parts of it."""
import os
import random

from tokenizers_support import demo_text

STRINGS = int(os.environ.get("TWOFOLD_TOKENIZER_STRINGS", "100000"))  # a tokenizer
FEW = STRINGS // 20  # for its less usual ways, and for parts that many tokenizers share

PLANES = [(0x20, 0x7F), (0x80, 0x250), (0x250, 0x3000), (0x3000, 0xD800), (0xE000, 0x10000),
          (0x10000, 0x20000), (0x10D00, 0x12000), (0x1F300, 0x1FA00), (0x20000, 0x30000), (0x30000, 0x32400),
          (0x30000, 0xE0000), (0xE0000, 0xE01F0), (0xF0000, 0x110000)]
SPACES = [" ", " ", " ", "\n", "\t", "\r\n", "\r", "\u00a0", "\u3000", "\u2028", "\u0085", "\v"]
ODD = ["'s", "'S", "'ll", "'\u017f", "\u212a", "\u200d", "\ufeff", "\u0000", "\u2581", "\u2581\u2581",
       "\U0001F469\u200d\U0001F467", "e\u0301", "\u1100\u1161\u11a8", "\ufdfa", "\u00bd", "<0x0A>",
       "\u0344", "\u212b", "\ufb01", "\u0958", "<0x", "\u0130", "1234567", "3.14", "\u0663\u0664",
       "\u4f60\u597d", "don't", "it's", "I'M", "x_y", "__init__", "//", "\ufffd", "\uffff",
       "the\u24d2", "\ua7f2", "\U00011935\U00011930", "\u1abf\u0301", "\u32ff", "\u00b2x"]
# Overlong, surrogates, beyond the last code point, cut short, never part of UTF-8.
NOT_UTF8 = [b"\xc0\x80", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xf4\x90\x80\x80",
            b"\xf8\x88\x80\x80\x80", b"\xe4\xb8", b"\xf0\x9f\x98", b"\xc3", b"\x80", b"\xbf\xbf", b"\xfe", b"\xff"]
SPECIAL = "\ue0ff"  # stands for a special token until they are known


class RandomText:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.demo = demo_text()

    def part(self):
        rnd = self.random
        kind = int(rnd.random() * 8)
        if kind <= 1:
            text = self.demo[kind]
            start = int(rnd.random() * (len(text) - 60))
            return text[start:start + 1 + int(rnd.random() * 59)]
        if kind == 2:
            return rnd.choice(SPACES) * rnd.choice((1, 1, 1, 2, 3, 8, 40))
        if kind == 3:
            first, end = rnd.choice(PLANES)
            return "".join([chr(first + int(rnd.random() * (end - first)))
                            for _ in range(1 + int(rnd.random() * 5))])
        if kind == 4:
            return rnd.choice(ODD) * rnd.choice((1, 1, 2))
        if kind == 5:
            return SPECIAL
        if kind == 6:
            return "".join(rnd.choices("aAbB01.,!?'\"-_ \n", k=1 + int(rnd.random() * 11)))
        return rnd.choice(SPACES)

    def texts(self, count):
        rnd, part = self.random, self.part
        return ["", " ", "  ", "\n"] + ["".join([part() for _ in range(int(rnd.random() * 9))])
                                        for _ in range(count)]

    def special(self, tokens):
        token = self.random.choice(tokens)
        return token if self.random.random() < 0.7 else token[:1 + int(self.random.random() * len(token))]

    def with_specials(self, texts, tokens):
        """Each mark in its place a token, or the beginning of one."""
        filled = []
        for text in texts:
            parts = text.split(SPECIAL)
            for i in range(1, len(parts)):
                parts[i] = self.special(tokens) + parts[i]
            filled.append("".join(parts))
        return filled

    def spoiled(self, texts):
        """As bytes, each with one to three faults."""
        rnd, spoiled = self.random, []
        for text in texts:
            data = text.encode()
            for _ in range(rnd.choice((1, 1, 2, 3))):
                at = int(rnd.random() * (len(data) + 1))
                fault = rnd.choice(NOT_UTF8) if rnd.random() < 0.8 else bytes([rnd.randrange(0x80, 0x100)])
                data = data[:at] + fault + data[at + int(rnd.random() * 2):]
            spoiled.append(data)
        return spoiled


_drawn = {}


def draw(seed, specials):
    """(texts, bytes): the strings of one tokenizer, every sixteenth of them not UTF-8. Only the special
    tokens differ between tokenizers."""
    if "texts" not in _drawn:
        _drawn["texts"] = RandomText(STRINGS).texts(STRINGS - STRINGS // 16)
        _drawn["spoiled"] = RandomText(STRINGS + 1).texts(STRINGS // 16)
    source = RandomText(seed)
    tokens = sorted(specials) or ["<s>"]
    return (source.with_specials(_drawn["texts"], tokens),
            source.spoiled(source.with_specials(_drawn["spoiled"], tokens)))
