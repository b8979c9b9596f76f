#!/usr/bin/env python3
"""The links of docs/tour.md lead to files, and what each link names is in its file."""
import re
import unittest
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


class Tour(unittest.TestCase):
    def test_every_link_names_something_that_is_in_its_file(self):
        links = LINK.findall((DOCS / "tour.md").read_text())
        self.assertGreater(len(links), 30)
        for text, target in links:
            with self.subTest(link=target, text=text):
                path = DOCS / target
                self.assertTrue(path.is_file(), f"docs/tour.md links to {target}, which is not there")
                # A name in code style stands in the file; one with a slash names its folder.
                name = re.fullmatch(r"`([^`/]+)`", text)
                if name:
                    self.assertIn(name[1], path.read_text())


if __name__ == "__main__":
    unittest.main()
