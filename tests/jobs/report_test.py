"""`twofold report` and `twofold watch`: one page about runs that are finished, that go on, that go wrong."""
import os
import re
import shutil
import unittest
import urllib.error

from continual_support import CONTINUAL, TASKS, make_data
from support import LORA, PRETRAIN, SOURCE, RunTest
from watched import Watched, wait_for

SAMPLES = ("logging.samples=1", "logging.sample_tokens=8", "tokenizer.backend=bytes")


class Finished(RunTest):
    """Each test has a root of its own with the run `one`, which is made once."""

    @classmethod
    def setUpClass(cls):
        maker = RunTest()
        maker.setUp()
        maker.run_job("one", maker.config(LORA), *SAMPLES)
        cls.addClassCleanup(maker.doCleanups)
        cls.made = maker.root

    def setUp(self):
        super().setUp()
        shutil.copytree(self.made, self.root, dirs_exist_ok=True)


class Report(Finished):
    def report(self, *names, code=0, out=None):
        out = out or self.root / "report.html"
        result = self.twofold("report", *names, self.root, out)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return out.read_text() if code == 0 else result

    def test_one_page_about_a_run_and_several(self):
        config = self.config(LORA)
        first = self.report("one")
        self.assertEqual(re.findall(r'(?m)^<section id="(\w+)">', first), ["learned", "curves", "adapters", "samples", "rows", "machine", "config"])
        self.assertEqual(re.findall("<h4>(.*?)</h4>", first), ["adapters off", "adapters on"])
        self.assertEqual(re.findall('class="chip ([a-z]+)"', first), ["forgotten", "learned"])
        self.assertEqual(set(re.findall(r"<b>(\w+)</b> loss", first)), {"first", "second"})
        self.assertTrue(self.report("one", out=self.root / "again.html") == first, "the same bytes")
        self.run_job("two", config, "optimization.lora.rank=2")
        both = self.report("one", "two")
        self.assertEqual(re.search("<h1>(.*?)</h1>", both).group(1), "one, two")
        difference = both[both.index('id="difference"'):both.index('id="all-settings"')]
        self.assertRegex(difference, "optimization/lora/rank</td>.*>4<.*>2<")
        self.assertNotIn("optimization/lora/alpha", difference)
        self.assertEqual(self.report("general/default/two", "one").count('<section id="learned">'), 1)

    def changes(self, page):
        """{dataset: "+0.1234 forgotten"}: what the page says of losses."""
        table = page[page.index('id="changes"'):]
        row = r'<b>(\w+)</b> loss.*data-v="(\S+)" data-l="change".*class="chip ([a-z]+)"'
        found = re.findall(row, table[:table.index("</table>")])
        return {name: f"{float(change):+.4f} {verdict}" for name, change, verdict in found}

    def test_it_says_what_the_terminal_says(self):
        make_data(self.root)
        for name, text, override, datasets in (("control", CONTINUAL, ["continual.control=full"], TASKS),
                                               ("pretrain", PRETRAIN, [], TASKS[:1])):
            told = self.run_job(name, self.config(text), *override).stdout
            table = told.split("\nLearned and forgotten")[1].split("\n\n")[0]
            shown = dict(re.findall(r"(?m)^  (\w+) .*  ([+-][\d.]+ [a-z]+)$", table))
            self.assertEqual(sorted(shown), sorted(datasets), table)
            self.assertEqual(self.changes(self.report(name)), shown)

    def test_runs_of_one_name_are_told_apart(self):
        shutil.copytree(self.results("one"), self.root / "results/general/other/one")
        both = self.report("one", "general/other/one")
        self.assertEqual(re.findall("<h3>(general.*?)</h3>", both)[:2], ["general/default/one", "general/other/one"])
        ids = re.findall(' id="(.*?)"', both)
        self.assertEqual(len(set(ids)), len(ids))
        self.assertTrue(self.report("one", "general/default/one") == self.report("one"), "a run is shown once")

    def state(self, *names):
        return re.search("<dt>state</dt><dd>(.*?)</dd>", self.report(*names)).group(1)

    def test_how_far_a_run_is(self):
        self.assertEqual(self.state("one"), "finished, 45 steps")
        metrics = self.results("one") / "metrics.jsonl"
        whole = metrics.read_text()
        metrics.write_text("".join(whole.splitlines(keepends=True)[:20]))
        self.assertRegex(self.state("one"), r"^\d+ of 45 steps$")
        metrics.write_text(whole)
        config = self.results("one") / "config.yaml"  # as a run that is extended writes it before its first step
        config.write_text(config.read_text().replace("post_lora_tokens: [1280]", "post_lora_tokens: [2560]"))
        self.assertEqual(self.state("one"), "45 of 65 steps")

    def test_the_documented_commands(self):
        text = (SOURCE / "docs/report.md").read_text()
        commands = re.search(r"```sh report\n(.*?)```", text, re.S).group(1).splitlines()
        config = self.config(LORA)
        places = {"OTHER": "two", "NAME": "one", "ROOT": str(self.root), "OUT": str(self.root / "page")}
        self.run_job("two", config)
        for command in commands:
            words = [re.sub("|".join(places), lambda word: places[word.group()], word) for word in command.split()[1:]]
            if words[0] == "watch":
                watched = Watched(*words[1:], "--port", "0")
                self.assertIn("<h1>one</h1>", watched.get())
                self.assertEqual(watched.end(), 0)
            else:
                self.assertEqual(self.twofold(*words).returncode, 0, command)
        self.assertEqual({command.split()[1] for command in commands}, {"report", "watch"})

    def test_bad_input_is_refused(self):
        self.assert_refused(self.report("nobody", code=2), "has not begun", "nobody")
        (self.root / "results/general/default/begun").mkdir(parents=True)
        self.assert_refused(self.report("begun", code=2), "no config.yaml")
        self.assert_refused(self.twofold("report", "one", self.root), "NAME, ROOT and OUT.html")
        self.assert_refused(self.twofold("report", "one", self.root, self.root / "no/such/folder.html"), "no/such")
        (self.results("one") / "continual.json").write_text("[1")
        self.assert_refused(self.report("one", code=2), "continual.json")

    def test_what_is_broken_off_is_left_out(self):
        whole = self.report("one")
        with open(self.results("one") / "metrics.jsonl", "a") as file:
            file.write('{"step":46,"phase":2,"loss":0.')
        self.assertTrue(self.report("one") == whole, "the same bytes")


class Watch(Finished):
    def watch(self, *arguments, **options):
        watched = Watched(*arguments, "--port", "0", **options)
        self.addCleanup(lambda: watched.process.poll() is None and watched.end())
        return watched

    def snapshot(self, name):
        """Names, sizes, times of a run's files."""
        return {path: (path.stat().st_size, path.stat().st_mtime_ns)
                for folder in (self.results(name), self.checkpoints(name)) for path in folder.rglob("*")}

    def test_the_page_follows_the_run(self):
        metrics = self.results("one") / "metrics.jsonl"
        lines = metrics.read_text().splitlines(keepends=True)
        metrics.write_text("".join(lines[:20]))
        before = self.snapshot("one")
        watched = self.watch("one", self.root)
        page, version = watched.get(), watched.version()
        self.assertEqual(re.search('data-watch="(.*?)"', page).group(1), version["version"])
        self.assertEqual(self.snapshot("one"), before, "watching changes no file of the run")
        metrics.write_text("".join(lines))
        wait_for(lambda: watched.version()["version"] != version["version"])
        self.assertIn("step 45, finished", watched.version()["text"])
        self.assertFalse(watched.get() == page)
        metrics.write_text("".join(lines[:30]))  # as a run that goes on from a checkpoint cuts it
        now = watched.version()["version"]
        wait_for(lambda: watched.version()["version"] != now)
        self.assertEqual(watched.end(), 0)

    def test_a_run_goes_on_beside_it_and_so_does_its_folder(self):
        config = self.config(LORA)
        self.run_job("other", config, "training.post_lora_tokens=[640]")
        watched = self.watch("other", "one", self.root)
        version = watched.version()["version"]
        self.run_job("other", config)
        wait_for(lambda: watched.version()["version"] != version)

    def test_others_need_the_token(self):
        open_to_all = self.watch("one", self.root, "--host", "0.0.0.0")
        token = re.search(r"\?token=([0-9a-f]{32})$", open_to_all.address).group(1)
        local = open_to_all.address.replace("0.0.0.0", "127.0.0.1")
        with self.assertRaisesRegex(urllib.error.HTTPError, "401"):
            open_to_all.get(address=local)
        self.assertIn("<h1>one</h1>", open_to_all.get("?token=" + token, address=local))
        named = self.watch("one", self.root, env={**os.environ, "TWOFOLD_WATCH_TOKEN": "mine"})
        self.assertTrue(named.address.endswith("?token=mine"), named.address)

    def test_bad_input_is_refused(self):
        self.assert_refused(self.twofold("watch", "nobody", self.root), "has not begun")
        self.assert_refused(self.twofold("watch", self.root), "NAME and ROOT")
        port = self.watch("one", self.root).address.rstrip("/").rsplit(":", 1)[1]
        self.assert_refused(self.twofold("watch", "one", self.root, "--port", port), "already in use", port)
        self.assert_refused(self.twofold("watch", "one", self.root, "--port", "70000"), "--port")
        self.assert_refused(self.twofold("watch", "one", self.root, "--host", "no.such.host.invalid"), "no.such.host")


if __name__ == "__main__":
    unittest.main()
