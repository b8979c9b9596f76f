#!/usr/bin/env python3
"""tools/report_skips.py counts skips by their reasons, and fails where there is none."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from report_skips import report  # noqa: E402


def case(name, output, skipped=True, status="notrun"):
    return (f'<testcase name="{name}" status="{status}">{"<skipped/>" if skipped else ""}'
            f"<system-out>{output}</system-out></testcase>")


class ReportSkips(unittest.TestCase):
    def report(self, *cases):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write("<testsuite>" + "".join(cases) + "</testsuite>")
            file.flush()
            lines, good = report(file.name)
            return "\n".join(lines), good

    def test_nothing_skipped(self):
        self.assertEqual(self.report(case("a.B", "ok", skipped=False, status="run")), ("0 tests were skipped", True))

    def test_each_way_to_skip(self):
        text, good = self.report(
            case("a.B", "[ RUN ] B\n/x/b.cpp:3: Skipped\nneeds data\n[  SKIPPED ] B\n"),
            case("clients.c", "skipped: no .venv-clients\n"),
            case("jobs.d", "OK\nskipped: d_test.D.test_e: needs data\n"
                           "skipped: d_test.D.test_f (part=1): needs data\n", skipped=False, status="run"))
        self.assertTrue(good)
        self.assertIn("4 tests were skipped:", text)
        self.assertIn("  3: needs data\n     a.B, jobs.d: d_test.D.test_e, jobs.d: d_test.D.test_f (part=1)", text)
        self.assertIn("  1: no .venv-clients\n     clients.c", text)

    def test_no_reason_is_an_error(self):
        for without in (case("a.B", "/x/b.cpp:3: Skipped\n\n[  SKIPPED ] B\n"), case("c", "exit 77"),
                        case("d", "skipped: d_test.D.test_e: \n", skipped=False, status="run"),
                        case("e", "Disabled", skipped=False, status="disabled")):
            text, good = self.report(without)
            self.assertFalse(good, text)
            self.assertIn("WITHOUT A REASON", text)


if __name__ == "__main__":
    unittest.main()
