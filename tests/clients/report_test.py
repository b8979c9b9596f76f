"""The report and `twofold watch` in headless Chromium: what a reader sees, at every width, in both themes, on paper.

TWOFOLD_SCREENSHOTS=DIR keeps the pictures that docs/report.md shows; TWOFOLD_WATCH_SECONDS is how long watching is timed."""
import csv
import json
import os
import pathlib
import re
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
import browser
import report_pages
from support import LORA, RunTest
from watched import Watched, wait_for

SCREENSHOTS = os.environ.get("TWOFOLD_SCREENSHOTS")
WATCH_SECONDS = int(os.environ.get("TWOFOLD_WATCH_SECONDS", 5))
NARROW, LEAST_SIZE, LEAST_CONTRAST = 360, 11, 4.5
MOST_BYTES, MOST_SECONDS, MOST_OF_A_CORE = 1_500_000, 1.0, 0.005
MANY_STEPS = 100_000


@unittest.skipUnless(browser.available(), "needs Debian's chromium and chromium-driver")
class Pages(RunTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="twofold-browser-")
        cls.addClassCleanup(folder.cleanup)
        cls.downloads = pathlib.Path(folder.name)
        cls.browser = browser.Browser(cls.downloads)
        cls.addClassCleanup(cls.browser.driver.quit)

    def setUp(self):
        super().setUp()
        self.browser.open("about:blank")  # the page of the test before asks no more
        self.browser.faults()
        self.browser.show()

    def made(self, *names, steps=400, every=20):
        """A page about made-up runs."""
        for seed, name in enumerate(names):
            if not self.results(name).exists():
                report_pages.make_results(self.results(name), steps, every, seed)
        out = self.root / ("-".join(names) + ".html")
        result = self.twofold("report", *names, self.root, out)
        self.assertEqual(result.returncode, 0, result.stderr)
        return out

    def picture(self, name):
        if SCREENSHOTS:
            self.browser.screenshot(pathlib.Path(SCREENSHOTS) / f"report-{name}.png", most=1600)

    def find(self, css):
        return self.browser.driver.find_element("css selector", css)

    def button(self, figure, text):
        return figure.find_element("xpath", f".//button[text()='{text}']")

    def point_at(self, figure, x=0.5, drag=None):
        from selenium.webdriver import ActionChains
        plot = figure.find_element("css selector", ".plot")
        self.browser.run("arguments[0].scrollIntoView({block: 'center'})", plot)
        width = plot.size["width"]
        actions = ActionChains(self.browser.driver).move_to_element_with_offset(plot, int((x - 0.5) * width), 0)
        if drag:
            actions = actions.click_and_hold().move_by_offset(int(drag * width), 0).release()
        actions.perform()

    def assert_readable(self):
        (contrast, text), (size, small) = self.browser.run(browser.LEAST)
        self.assertGreaterEqual(contrast, LEAST_CONTRAST, text)
        self.assertLess(contrast, 20, "nothing was measured")
        self.assertGreaterEqual(size, LEAST_SIZE, small)

    def assert_drawn(self, least):
        charts = self.browser.run(browser.CHARTS)
        self.assertGreaterEqual(len(charts), least)
        for chart in charts:
            self.assertGreater(chart["width"], 150, chart)
            self.assertGreater(chart["height"], 100, chart)
            self.assertGreater(chart["curves"], 0, chart)
            self.assertEqual(chart["empty"], 0, chart)
            self.assertGreaterEqual(chart["labels"], 2, chart)


    def assert_printed(self):
        """Every chart is a figure on one of the pages, under its title."""
        paper = self.browser.pdf()
        figures = {text.decode() for text in re.findall(rb"/Alt \(([^)]*)\)\s*/P \d+ 0 R\s*/Pg \d+ 0 R", paper)}
        titles = self.browser.run("return [...document.querySelectorAll('.plot')].map(plot => plot.getAttribute('aria-label'))")
        self.assertEqual(figures, set(titles))
        self.assertGreaterEqual(len(re.findall(rb"/Type\s*/Page\b", paper)), 2)


class Report(Pages):
    CHARTS = 10  # loss, validation, acc, R, two of adapters, rates, norms, throughput, memory

    def test_of_a_real_run_there_are_no_faults(self):
        self.run_job("one", self.config(LORA), "logging.samples=1", "logging.sample_tokens=8", "tokenizer.backend=bytes")
        out = self.root / "one.html"
        self.assertEqual(self.twofold("report", "one", self.root, out).returncode, 0)
        self.browser.open(out)
        self.assert_drawn(6)
        self.assert_readable()
        self.assertEqual(self.browser.faults(), [])

    def test_every_width_and_theme_and_paper(self):
        one, two = self.made("base"), self.made("base", "other")
        for page, name in ((one, "one"), (two, "two")):
            self.browser.show()
            self.browser.open(page)
            self.assert_drawn(self.CHARTS)
            for dark in (False, True):
                self.browser.show(dark=dark)
                self.assert_readable()
                self.picture(name + ("-dark" if dark else ""))
            self.browser.show(width=NARROW, height=740)
            self.browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
            self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), NARROW)
            self.assert_readable()
            self.assert_drawn(self.CHARTS)
            self.picture(name + "-phone")
            self.browser.show(dark=True, media="print")
            self.assert_drawn(self.CHARTS)
            self.assert_readable()
            self.assert_printed()
            self.browser.show()
        self.assertEqual(self.browser.faults(), [])

    def test_without_its_script_it_has_every_chart(self):
        page = self.made("base")
        self.browser.command("Emulation.setScriptExecutionDisabled", value=True)
        self.browser.open(page)
        self.browser.command("Emulation.setScriptExecutionDisabled", value=False)
        self.assert_drawn(self.CHARTS)

    def test_exact_values_switches_zoom_and_order(self):
        self.browser.open(self.made("base"))
        figure = self.find("#val-loss")
        data = json.loads(figure.find_element("css selector", "script").get_attribute("textContent"))
        path = lambda: figure.find_element("css selector", "path[data-part=line]").get_attribute("d")
        whole = path()
        self.point_at(figure)
        shown = self.find("#tip").text
        step = float(re.match(r"step ([\d.]+)", shown).group(1))
        for curve in data["curves"]:
            self.assertIn(str(curve["y"][curve["x"].index(step)]), shown)
        if SCREENSHOTS:
            self.browser.driver.save_screenshot(SCREENSHOTS + "/report-tip.png")
        self.point_at(figure, x=0.4, drag=0.3)
        self.assertNotEqual(path(), whole)
        self.button(figure, "reset").click()
        self.assertNotEqual(path(), "")
        figure.find_elements("css selector", "button.key")[0].click()
        self.assertEqual(path(), "")
        figure.find_elements("css selector", "button.key")[0].click()
        linear = path()
        self.button(figure, "log").click()
        self.assertNotEqual(path(), linear)
        for size in ({}, {"width": NARROW, "height": 740}):  # on a telephone the headings are a line above the cards
            self.browser.show(**size)
            heading = self.find("#changes thead th:nth-child(5)")
            for expected in (sorted, lambda values: sorted(values, reverse=True)):
                heading.click()
                values = self.browser.run("return [...document.querySelectorAll('#changes tbody tr')].map(r => +r.cells[4].dataset.v)")
                self.assertEqual(values, expected(values))
        self.assertEqual(self.browser.faults(), [])

    def test_downloads_are_what_is_drawn(self):
        self.browser.open(self.made("base"))
        figure = self.find("#val-loss")
        data = json.loads(figure.find_element("css selector", "script").get_attribute("textContent"))
        self.point_at(figure)
        for kind in ("PNG", "SVG", "CSV"):
            self.button(figure, kind).click()
            wait_for((self.downloads / f"val-loss.{kind.lower()}").exists)
        rows = list(csv.DictReader((self.downloads / "val-loss.csv").read_text().splitlines()))
        drawn = [(c["name"], x, y) for c in data["curves"] for x, y in zip(c["x"], c["y"])]
        self.assertEqual([(r["curve"], float(r["step"]), float(r["value"])) for r in rows], drawn)
        picture = xml.etree.ElementTree.parse(self.downloads / "val-loss.svg").getroot()
        self.assertGreater(len(picture.findall(".//{*}path")), 3)
        self.assertTrue((self.downloads / "val-loss.png").read_bytes().startswith(b"\x89PNG"))
        self.assertEqual(self.browser.faults(), [])

    def test_a_hundred_thousand_steps_are_a_small_page(self):
        page = self.made("long", steps=MANY_STEPS, every=500)
        self.assertLessEqual(page.stat().st_size, MOST_BYTES)
        seconds = []
        for _ in range(3):
            self.browser.open(page)
            seconds.append(self.browser.run("return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") / 1000)
        print(f"100k steps: {page.stat().st_size} bytes, DOMContentLoaded after {min(seconds):.3f} s")
        self.assertLess(min(seconds), MOST_SECONDS)
        self.assert_drawn(self.CHARTS)


class Watch(Pages):
    def watch(self, *names, port="0"):
        watched = Watched(*names, self.root, "--port", port)
        self.addCleanup(lambda: watched.process.poll() is None and watched.end())
        return watched

    def live(self):
        return self.find("#live").text

    def test_the_page_follows_and_survives_a_restart(self):
        self.made("base")
        metrics = self.results("base") / "metrics.jsonl"
        lines = metrics.read_text().splitlines(keepends=True)
        metrics.write_text("".join(lines[:200]))
        watched = self.watch("base")
        self.browser.open(watched.address)
        wait_for(lambda: "step" in self.live())
        self.find("#all-settings summary").click()
        figure = self.find("#train-loss")
        self.point_at(figure, x=0.3, drag=0.3)
        first = self.live()
        metrics.write_text("".join(lines))
        wait_for(lambda: self.live() not in (first, ""))
        wait_for(lambda: "400" in self.find(".facts").text)
        self.assertIn("finished", self.live())
        self.assertTrue(self.find("#all-settings").get_attribute("open"), "what was open stays open")
        view = self.browser.run("return document.getElementById('train-loss').view")
        self.assertLess(view["x1"] - view["x0"], 200, "the zoom is kept")
        self.assertEqual(self.browser.faults(), [])
        watched.end()
        wait_for(lambda: "does not answer" in self.live())
        self.watch("base", port=watched.address.rstrip("/").rsplit(":", 1)[1])
        wait_for(lambda: "finished" in self.live())

    def test_it_costs_little(self):
        """CPU time with the page open, while a run of many steps grows."""
        self.made("base", "long", steps=5000, every=100)
        watched = self.watch("base", "long")
        metrics = self.results("long") / "metrics.jsonl"
        self.browser.open(watched.address)
        wait_for(lambda: "step" in self.live())
        time.sleep(1)
        begin, cpu = time.monotonic(), watched.cpu_seconds()
        step = 5000
        while time.monotonic() - begin < WATCH_SECONDS:
            time.sleep(0.5)
            step += 1
            with metrics.open("a") as file:
                file.write(json.dumps({"step": step, "phase": 2, "tokens": step, "loss": 2.0, "lr": 1e-3, "grad_norm": 1.0}) + "\n")
        share = (watched.cpu_seconds() - cpu) / (time.monotonic() - begin)
        print(f"watch: {100 * share:.3f} % of one core over {WATCH_SECONDS} s")
        self.assertLess(share, MOST_OF_A_CORE)


if __name__ == "__main__":
    unittest.main()
