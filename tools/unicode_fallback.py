#!/usr/bin/env python3
"""Compares PCRE2's Unicode tables with those of `tokenizers` and tiktoken and prints fallback_table.h:
for each character that is younger than PCRE2's tables an older one of its category, script and length.

    .venv-clients/bin/python tools/unicode_fallback.py > src/unicode/fallback_table.h

To be run on a machine with the oldest PCRE2 that is to be supported (10.42, Debian 12) whenever the
clients in tools/requirements-clients.txt change.
"""
import ctypes
import re

import tiktoken
import tokenizers
from tokenizers import Regex, normalizers

CHARACTERS = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
CATEGORIES = ("Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co "
              "Cn").split()
# Those that pattern.cpp lets through. Of others some young characters would have no stand-in.
SCRIPTS = "Greek Han Hangul Hebrew Hiragana Katakana Latin Thai".split()
SPELLED_OUT = "[\0-\u02af\u2000-\u9fff\uac00-\ud7ff\uf900-\uffff]"
UTF, UCP, GLOBAL = 0x80000, 0x20000, 0x100
PCRE2 = ctypes.CDLL("libpcre2-8.so.0")
PCRE2.pcre2_compile_8.restype = ctypes.c_void_p


def pcre2_version():
    text = ctypes.create_string_buffer(64)
    PCRE2.pcre2_config_8(11, text)
    return text.value.decode().split()[0]


def pcre2(pattern):
    """The characters that match: those that are gone when matches are replaced by nothing."""
    size, number = ctypes.c_size_t, ctypes.c_uint32
    fault, place = ctypes.c_int(), size()
    code = PCRE2.pcre2_compile_8(pattern.encode(), size(len(pattern)), number(UTF | UCP),
                                 ctypes.byref(fault), ctypes.byref(place), None)
    assert code, pattern
    text = CHARACTERS.encode()
    out = ctypes.create_string_buffer(len(text) + 1)
    left = size(len(out))
    found = PCRE2.pcre2_substitute_8(ctypes.c_void_p(code), text, size(len(text)), size(0),
                                     number(GLOBAL), None, None, b"", size(0), out, ctypes.byref(left))
    assert found >= 0, found
    return set(CHARACTERS) - set(out.raw[:left.value].decode())


def oniguruma(pattern):
    return set(CHARACTERS) - set(normalizers.Replace(Regex(pattern), "").normalize_str(CHARACTERS))


def rust(pattern):
    encoding = tiktoken.Encoding("probe", pat_str=pattern, special_tokens={},
                                 mergeable_ranks={bytes([byte]): byte for byte in range(256)})
    return set(encoding.decode(encoding.encode_ordinary(CHARACTERS)))


def categories(find):
    return {char: name for name in CATEGORIES for char in find(rf"\p{{{name}}}")}


def scripts():
    """{character: its script} as PCRE2 and as the clients have it."""
    ours, theirs = {}, {}
    for name in SCRIPTS:
        ours.update(dict.fromkeys(pcre2(rf"\p{{sc:{name}}}"), name))
        found = oniguruma(rf"\p{{{name}}}")
        assert found == rust(rf"\p{{{name}}}"), name
        theirs.update(dict.fromkeys(found, name))
    return ours, theirs


def kind(char, category, script):
    return category[char], script.get(char), len(char.encode())


def fallbacks(ours, theirs):
    """{kind: a character of it on which all agree}, from a block that no pattern spells out if there is one."""
    found = {}
    for char in sorted(CHARACTERS, key=lambda char: not re.match(SPELLED_OUT, char)):
        if kind(char, *ours) == kind(char, *theirs):
            found[kind(char, *ours)] = char
    return found


def ranges(ours, theirs):
    """[first, last, fallback] of the characters that PCRE2 does not know, or not as the clients do."""
    known, runs = fallbacks(ours, theirs), []
    for char in CHARACTERS:
        wanted = kind(char, *theirs)
        if kind(char, *ours) == wanted:
            continue
        assert wanted[2] > 2, "unicode/fallback.cpp passes over characters of two bytes"
        found = known[wanted]
        if runs and runs[-1][1] == ord(char) - 1 and runs[-1][2] == ord(found):
            runs[-1][1] = ord(char)
        else:
            runs.append([ord(char), ord(char), ord(found)])
    return runs


def main():
    ours, theirs = categories(pcre2), categories(oniguruma)
    assert theirs == categories(rust), "tokenizers and tiktoken differ: two tables are needed"
    our_script, their_script = scripts()
    runs = ranges((ours, our_script), (theirs, their_script))
    print(f"""\
#pragma once
// Made by tools/unicode_fallback.py: {sum(last - first + 1 for first, last, _ in runs)} characters that \
tokenizers {tokenizers.__version__} and
// tiktoken {tiktoken.__version__} know and PCRE2 {pcre2_version()} does not, or not as they do.

#include <cstdint>

namespace twofold {{

/// Characters first … last and the older one that is taken for each of them.
struct UnicodeFallback {{
  uint32_t first, last, older;
}};

// clang-format off
inline constexpr UnicodeFallback kUnicodeFallbacks[] = {{""")
    for i in range(0, len(runs), 3):
        print("    " + " ".join(
            f"{{{first:#x}, {last:#x}, {older:#x}}}," for first, last, older in runs[i:i + 3]))
    print("""\
};
// clang-format on

}  // namespace twofold""")


if __name__ == "__main__":
    main()
