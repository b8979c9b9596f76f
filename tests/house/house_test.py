#!/usr/bin/env python3
"""Sizes, words and headers of the house, as CONTRIBUTING.md has them.

    tests/house/house_test.py              checks
    tests/house/house_test.py --forget     takes out of known.txt what is mended

known.txt lists what breaks a rule and is being worked on. It is printed, and it only shrinks: a line that is no longer
needed is an error, as is anything that is not in it.
"""
import sys
import unittest

import checks

KNOWN = checks.ROOT / "tests/house/known.txt"


def known():
    """{(rule, where)}"""
    lines = [line for line in KNOWN.read_text().splitlines() if line and not line.startswith("#")]
    return {tuple(line.split(": ", 1)) for line in lines}


def found():
    """{(rule, where): what}"""
    return {(rule, where): what for rule, find in checks.RULES.items() for where, what in find()}


class House(unittest.TestCase):
    def test_every_rule_is_kept_but_for_what_is_known(self):
        listed, broken = known(), found()
        for rule, where in sorted(listed & set(broken)):
            print(f"known: {rule}: {where}: {broken[rule, where]}")
        new = [f"{rule}: {where}: {what}" for (rule, where), what in sorted(broken.items()) if (rule, where) not in listed]
        mended = [f"{rule}: {where}" for rule, where in sorted(listed - set(broken))]
        self.assertEqual(new, [], "breaks the rules of CONTRIBUTING.md")
        self.assertEqual(mended, [], "is mended: tests/house/house_test.py --forget takes it out of known.txt")

    def test_nine_functions_of_ten_are_within_a_screen(self):
        self.assertGreaterEqual(checks.share_within_a_screen(), checks.SHARE_WITHIN_A_SCREEN)

    def test_the_rules_find_what_they_are_for(self):
        self.assertRegex("if (now.phase == 2)", checks.PHASE)
        self.assertRegex("plan.find(1)", checks.PHASE)
        self.assertNotRegex("phase = next; phases.size() > 1; phase_step == 1", checks.PHASE)
        self.assertRegex("use_dora", checks.VARIANT)
        self.assertNotRegex("adoration of rows", checks.VARIANT)


class Functions(unittest.TestCase):
    def names(self, text):
        return [(f.name, f.line, f.length) for f in checks.functions(text)]

    def test_members_templates_operators_and_lambdas(self):
        text = """namespace a { struct B : C {
  B(int x)
      : x_{x}, y_(x) {
    f();
  }
  bool operator()(int y) const { return [&] { return y; }(); }
 private:
  std::vector<int> table_ = {1, 2};
};
template <class T>
auto free(const T& t = T{}) -> int {
  if (t) { g("}"); }  // }
  return 1'000;
}
const Table kTable = {{"a", 1}};
}
"""
        self.assertEqual(self.names(text), [("B", 2, 4), ("operator()", 6, 1), ("free", 10, 5)])


def forget():
    keep = {f"{rule}: {where}" for rule, where in known() & set(found())}
    lines = [line for line in KNOWN.read_text().splitlines() if not line or line.startswith("#") or line in keep]
    KNOWN.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if "--forget" in sys.argv:
        forget()
    else:
        unittest.main()
