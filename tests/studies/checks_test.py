"""The checks of docs/studies/lora_shapes on made-up results: each can pass, fail, and be undecided."""
import math
import pathlib
import random
import tempfile
import unittest
import xml.etree.ElementTree

from made_lines import BASE, PUBLISHED, START, TARGET, TOKENS, base_line, bowls, changed, line

import checks
import checks_more
import checks_rates
import choice
import fronts as figures
import results
import tables
from intervals import contrast, of_values, t_quantile


def cell_of(lines):
    return checks.Cell(lines, BASE, TARGET)


def said(check, lines, *more):
    return check(cell_of(lines), *more).verdict


class Ranks(unittest.TestCase):
    def test_order(self):
        self.assertEqual(said(checks.e1_order, bowls(PUBLISHED)), "passed")
        turned = PUBLISHED | {"r1": PUBLISHED["r64"], "r64": PUBLISHED["r1"]}
        self.assertEqual(said(checks.e1_order, bowls(turned)), "failed")
        self.assertEqual(said(checks.e1_order, bowls(PUBLISHED, noise=0.5)), "undecided")

    def test_one_rise_between_neighbours_fails_the_order(self):
        self.assertEqual(said(checks.e1_order, bowls(PUBLISHED | {"r16": (3.25, -4)})), "failed")

    def test_equal_ranks_do_not_pass_the_order(self):
        same = PUBLISHED | {arm: (3.1, -4) for arm in checks.LORA}
        self.assertEqual(said(checks.e1_order, bowls(same, noise=0.01)), "undecided")

    def test_rates_at_which_a_rank_learned_nothing_are_left_out(self):
        def diverge(each):
            if each["half_decade"] == -2:
                each.update(diverged=True) if each["arm"] == "r64" else each.update(end=START + 1)
        self.assertEqual(said(checks.e1_order, changed(bowls(PUBLISHED), diverge)), "passed")

    def spread(self, at_lowest, noise=0.002):
        """Results in which the ranks lie so far apart at the lowest rate, and 0.28 at the others."""
        def squeeze(each):
            if each["half_decade"] == -6 and each["arm"] in PUBLISHED:
                each["end"] += (at_lowest / 0.28 - 1) * (PUBLISHED[each["arm"]][0] - 3.02) if each["arm"] != "full" else 0
        return said(checks.e1_spread, changed(bowls(PUBLISHED, noise=noise), squeeze))

    def test_spread(self):
        self.assertEqual(self.spread(0.02), "passed")
        self.assertEqual(self.spread(0.28), "failed")
        self.assertEqual(self.spread(0.1, noise=0.2), "undecided")

    def test_what_a_seed_does_to_all_spreads_does_not_cancel(self):
        """A third of the best spread is taken off the lowest: what both have more of with a seed is in the difference too."""
        def widen(each):
            if each["arm"] == "r1":
                each["end"] += 0.1 * (each["seed"] - 1) - (0.22 if each["half_decade"] == -6 else 0)
        self.assertEqual(said(checks.e1_spread, changed(bowls(PUBLISHED, noise=0), widen)), "undecided")

    def widest(self, at, by, noise=0.002):
        """Results in which rank 1 is worse by so much at one rate; the best is -4."""
        def widen(each):
            if each["arm"] == "r1" and each["half_decade"] == at:
                each["end"] += by
        return said(checks.e1_widest, changed(bowls(PUBLISHED, noise=noise), widen))

    def test_widest_near_the_best_rate(self):
        self.assertEqual(self.widest(-4, 0.3), "passed")
        self.assertEqual(self.widest(-3, 0.3), "passed")
        self.assertEqual(self.widest(-2, 0.8), "failed")
        self.assertEqual(self.widest(-2, 0.1, noise=0.2), "undecided")
        near = [each for each in bowls(PUBLISHED) if abs(each["half_decade"] + 4) <= 1]
        self.assertEqual(said(checks.e1_widest, near), "undecided")


class Rates(unittest.TestCase):
    def test_the_best_rate_is_of_seeds_that_all_rates_have(self):
        lucky = line("r1", -5, 3, 1.0)
        cell = cell_of([*bowls({"r1": (3.3, -4)}), lucky]).of("r1")
        self.assertEqual(choice.best(cell), -4)
        self.assertEqual(choice.seeds(cell), [0, 1, 2])
        self.assertIsNone(choice.best(cell_of([line("r1", -5, 0, 3.0), line("r1", -4, 1, 3.0)]).of("r1")))

    def test_a_rate_at_which_a_run_diverged_is_not_best(self):
        cell = cell_of([*bowls({"r1": (3.3, -4)}), line("r1", -4, 3, 3.0, diverged=True)]).of("r1")
        self.assertIn(choice.best(cell), (-5, -3))

    def test_ratio(self):
        self.assertEqual(said(checks_rates.e2_ratio, bowls(PUBLISHED)), "passed")
        equal = {arm: (lowest, -6 if arm == "full" else -5.5) for arm, (lowest, _) in PUBLISHED.items()}
        self.assertEqual(said(checks_rates.e2_ratio, bowls(equal)), "failed")
        self.assertEqual(said(checks_rates.e2_ratio, bowls(PUBLISHED, noise=0.1)), "undecided")

    def test_a_best_rate_at_the_edge_is_undecided(self):
        edge = PUBLISHED | {"full": (3.0, -4)}
        self.assertEqual(said(checks_rates.e2_ratio, bowls(edge)), "undecided")
        self.assertEqual(said(checks_rates.e2_same, bowls(edge)), "passed")  # of ranks alone
        found = checks_rates.e2_same(cell_of(bowls(PUBLISHED | {"r1": (3.3, -2)})))
        self.assertEqual((found.verdict, found.reason), ("undecided", "r1 is best at the highest rate that was tried"))

    def test_a_neighbour_that_diverged_is_said_to_have(self):
        lines = changed(bowls(PUBLISHED), lambda each: each.update(diverged=(each["arm"], each["half_decade"]) == ("r4", -3)))
        found = checks_rates.e2_ratio(cell_of(lines))
        self.assertEqual((found.verdict, found.reason), ("undecided", "r4 diverged at a neighbour of its best rate"))
        self.assertIn("on the grid: r1 ×10, r4 ×10, r16 ×10, r64 ×10", found.numbers)

    def test_same(self):
        self.assertEqual(said(checks_rates.e2_same, bowls(PUBLISHED)), "passed")
        apart = PUBLISHED | {"r1": (3.3, -5), "r64": (3.02, -3)}
        self.assertEqual(said(checks_rates.e2_same, bowls(apart)), "failed")
        self.assertEqual(said(checks_rates.e2_same, bowls(PUBLISHED, noise=0.15)), "undecided")


def leaving(when):
    """Curves at the best rate that leave the full one after so many tenths; 11: never."""
    def bend(each):
        if each["arm"] in when:
            each["curve"] = [[tokens, loss * (1.03 if 0 < k and k >= when[each["arm"]] else 1.0)]
                             for k, (tokens, loss) in enumerate(each["curve"])]
    same = {arm: (3.0, best) for arm, (_, best) in PUBLISHED.items()}
    return changed(bowls(same, noise=0), bend)


class Curves(unittest.TestCase):
    def test_order_of_leaving(self):
        self.assertEqual(said(checks.e3, leaving({"r1": 2, "r4": 4, "r16": 7})), "passed")
        self.assertEqual(said(checks.e3, leaving({"r64": 2, "r16": 4, "r4": 7})), "failed")
        self.assertEqual(said(checks.e3, leaving({})), "undecided")
        self.assertEqual(said(checks.e3, leaving({arm: 1 for arm in checks.LORA})), "undecided")

    def test_a_late_start_that_is_made_up_for_is_no_leaving(self):
        full = [[k, 1.0] for k in range(6)]
        self.assertEqual(checks.leaves([[0, 1], [1, 1.5], [2, 1.5], [3, 1.0], [4, 1.0], [5, 1.0]], full), math.inf)
        self.assertEqual(checks.leaves([[0, 1], [1, 1.5], [2, 1.0], [3, 1.0], [4, 1.02], [5, 1.02]], full), 4)

    def test_pages_test(self):
        """Of three rows of three all rise by chance once in 6³; ties count as what they are."""
        self.assertAlmostEqual(checks.page_test([[1, 2, 3]] * 3), 1 / 216)
        self.assertAlmostEqual(checks.page_test([[3, 2, 1]] * 3), 1.0)
        self.assertAlmostEqual(checks.page_test([[1, 1, 1]] * 3), 1.0)
        self.assertAlmostEqual(checks.page_test([[1, 1, math.inf]]), 1 / 3)


class Parts(unittest.TestCase):
    def test_mlp_and_attention(self):
        self.assertEqual(said(checks_more.e4, bowls({"mlp": (3.0, -4), "attention": (3.1, -4)})), "passed")
        self.assertEqual(said(checks_more.e4, bowls({"mlp": (3.1, -4), "attention": (3.0, -4)})), "failed")
        self.assertEqual(said(checks_more.e4, bowls({"mlp": (3.0, -4), "attention": (3.01, -4)}, noise=0.05)), "undecided")

    def test_a_loser_that_may_have_a_better_rate_is_undecided(self):
        self.assertEqual(said(checks_more.e4, bowls({"mlp": (3.0, -4), "attention": (3.1, -2)})), "undecided")
        self.assertEqual(said(checks_more.e4, bowls({"mlp": (3.0, -2), "attention": (3.1, -4)})), "passed")

    def test_noise_of_other_rates_is_not_theirs(self):
        """E4 and E5 compare best rates: a rate at which seeds differ widely says nothing about these."""
        def scatter(each):
            if each["half_decade"] == -2:
                each["end"] += 2.0 * each["seed"]
        lines = changed(bowls({"mlp": (3.0, -4), "attention": (3.1, -4)}, seeds=range(5)), scatter)
        self.assertEqual(said(checks_more.e4, lines), "passed")
        small = bowls({"full": (3.0, -6), "r16": (3.1, -4), "r64": (3.05, -4)}, seeds=range(5))
        large = bowls({"full": (3.5, -6), "r16": (3.9, -4), "r64": (3.8, -4)}, seeds=range(5), random_seed=8, step_tokens=4096)
        self.assertEqual(said(checks_more.e5, changed(small + large, scatter)), "passed")

    def batches(self, r16, r64, noise=0.005, full_best=-6):
        small = bowls({"full": (3.0, -6), "r16": (3.1, -4), "r64": (3.05, -4)}, noise)
        large = bowls({"full": (3.5, full_best), "r16": (r16, -4), "r64": (r64, -4)}, noise, random_seed=8, step_tokens=4096)
        return said(checks_more.e5, small + large)

    def test_batches(self):
        self.assertEqual(self.batches(3.9, 3.8), "passed")
        self.assertEqual(self.batches(3.9, 3.4), "failed")
        self.assertEqual(self.batches(3.61, 3.56, noise=0.02), "undecided")
        self.assertEqual(self.batches(3.9, 3.8, full_best=-4), "undecided")


def fronts(full, lora, noise=0.0):
    """Forgotten is so many times what was learned."""
    rng = iter([noise, -noise, 0.0, noise * 2, -noise * 2, 0.0])
    extra = {(arm, seed): next(rng) for arm in ("full", "r16") for seed in (0, 1, 2)}

    def forget(each):
        times = full if each["arm"] == "full" else lora
        each["stories"] = 2.0 + (times + extra[each["arm"], each["seed"]]) * (START - each["end"])
    return changed(bowls({"full": (3.0, -6), "r16": (3.1, -4)}), forget)


class Fronts(unittest.TestCase):
    def test_same_front_or_not(self):
        self.assertEqual(said(checks_more.e6, fronts(0.4, 0.41), 2.0), "passed")
        self.assertEqual(said(checks_more.e6, fronts(0.4, 0.8), 2.0), "failed")
        self.assertEqual(said(checks_more.e6, fronts(0.4, 0.45, noise=0.1), 2.0), "undecided")
        self.assertEqual(said(checks_more.e6, fronts(0.4, 0.4), None), "undecided")

    def test_it_says_which_forgets_less_whatever_that_is(self):
        for full, lora, words in ((0.4, 0.8, "full forgets less"), (0.8, 0.4, "LoRA forgets less")):
            verdict = checks_more.e6(cell_of(fronts(full, lora)), 2.0)
            self.assertIn(words, verdict.numbers)

    def one_front(self, arms):
        """Both arms forget a tenth of the square of what they learn: one front, but no straight line."""
        return changed(bowls(arms), lambda each: each.update(stories=2.0 + 0.1 * (START - each["end"]) ** 2))

    def test_arms_that_learned_differently_much_are_not_compared(self):
        """Full learned 1.6 to 2, LoRA 0.6 to 1. A line drawn from the untrained base to full's first rate lies above LoRA's points."""
        lines = self.one_front({"full": (3.0, -6), "r16": (4.0, -4)})
        found = checks_more.e6(cell_of(lines), 2.0)
        self.assertEqual((found.verdict, found.reason), ("undecided", "the arms did not learn equally much at any of their rates"))
        self.assertEqual(said(checks_more.e6, self.one_front({"full": (3.0, -6), "r16": (3.1, -4)}), 2.0), "passed")

    def test_seeds_that_lack_rates_are_left_out(self):
        lines = fronts(0.4, 0.41)
        more = [line(arm, best, seed, 3.0, stories=9.0 if arm == "full" else 2.0)
                for arm, best in (("full", -6), ("r16", -4)) for seed in (3, 4)]
        self.assertEqual(checks_more.e6(cell_of(lines + more), 2.0), checks_more.e6(cell_of(lines), 2.0))
        self.assertEqual(figures.paths(cell_of(lines + more), "full", 2.0), figures.paths(cell_of(lines), "full", 2.0))

    def test_a_rate_at_which_a_run_diverged_is_left_out_of_all_seeds(self):
        lines = changed(fronts(0.4, 0.41), lambda each: each.update(diverged=each["half_decade"] == -7 and each["seed"] == 1))
        found = checks_more.front_points(cell_of(lines), ("full", "r16"), 2.0)
        self.assertEqual({arm: {len(found[arm, seed]) for seed in (0, 1, 2)} for arm in ("full", "r16")}, {"full": {4}, "r16": {5}})

    def test_a_target_with_a_score_is_compared_by_it_too(self):
        """Equal by the loss; by the score LoRA learned two thirds as much for the same forgetting."""
        lines = changed(fronts(0.4, 0.4), lambda each: each.update(stories=2.0 + 0.4 * (START - each["end"] - 1.45)))
        self.assertNotIn("E6 score", {verdict.check for verdict in checks_more.verdicts([base_line(), *lines])})
        scored = changed(lines, lambda each: each.update(exact_match=(START - each["end"] - 1.45) / (2 if each["arm"] == "full" else 3)))
        found = {verdict.check: verdict.verdict for verdict in checks_more.verdicts([base_line(exact_match=0.0), *scored])}
        self.assertEqual((found["E6"], found["E6 score"]), ("passed", "failed"))
        found = {verdict.check: verdict for verdict in checks_more.verdicts([base_line(exact_match=0.05), *scored])}
        self.assertRegex(found["E6 score"].numbers, r"both learned from 0.02\d to 0.09")
        nothing = changed(lines, lambda each: each.update(exact_match=0.0))
        found = {verdict.check: verdict.verdict for verdict in checks_more.verdicts([base_line(exact_match=0.0), *nothing])}
        self.assertEqual(found["E6 score"], "undecided")

    def test_it_compares_at_equal_learning(self):
        points = [(0.0, 0.0), (1.0, 0.1), (2.0, 0.5)]
        self.assertAlmostEqual(checks_more.forgotten_at(points, 1.5), 0.3)
        self.assertIsNone(checks_more.forgotten_at(points, 2.5))


class Changes(unittest.TestCase):
    def ranks(self, full, wobble=0.0):
        def set_rank(each):
            each["rank90"] = (full if each["arm"] == "full" else 6.0) * math.exp(wobble * (each["seed"] - 1))
            if each["arm"] == "full":
                each["rank90"] = full * math.exp(-wobble * (each["seed"] - 1))
        return said(checks_more.e7, changed(bowls(PUBLISHED), set_rank))

    def test_rank_of_the_change(self):
        self.assertEqual(self.ranks(60.0), "passed")
        self.assertEqual(self.ranks(18.0), "failed")
        self.assertEqual(self.ranks(33.0, wobble=0.3), "undecided")


class Whole(unittest.TestCase):
    def test_all_checks_of_a_grid_and_their_summary(self):
        found = checks_more.verdicts([base_line(), *bowls(PUBLISHED)])
        self.assertEqual({verdict.check for verdict in found},
                         {"E1 order", "E1 spread", "E1 widest", "E2 ratio", "E2 same", "E3", "E6", "E7"})
        here = checks.Verdict("E9", "x", "passed", "")
        there = checks.Verdict("E9", "y", "failed", "")
        unsure = checks.Verdict("E9", "z", "undecided", "")
        self.assertEqual(checks_more.overall([here, unsure])["E9"], ("passed", "1 passed, 1 undecided"))
        self.assertEqual(checks_more.overall([here, there, unsure])["E9"], ("failed in 1 of 3", "1 passed, 1 failed, 1 undecided"))
        self.assertEqual(checks_more.overall([unsure])["E9"], ("undecided", "1 undecided"))

    def test_one_seed_decides_nothing(self):
        lines = [base_line(), *bowls(PUBLISHED, seeds=(0,))]
        self.assertEqual({verdict.verdict for verdict in checks_more.verdicts(lines)}, {"undecided"})


class Table(unittest.TestCase):
    def write(self, lines):
        with tempfile.TemporaryDirectory() as folder:
            readme = pathlib.Path(folder) / "README.md"
            readme.write_text(f"above\n{tables.BEGIN}\nwhat was before\n{tables.END}\nbelow\n")
            tables.write(readme, lines)
            figure = readme.with_name("fronts.svg")
            return readme.read_text(), figure.read_text() if figure.exists() else None

    def test_it_is_written_between_its_marks(self):
        text, figure = self.write([base_line(), *fronts(0.4, 0.8)])
        self.assertRegex(text, r"(?s)\Aabove\n<!--.*\| E6 \| \*\*failed\*\* \| 1 failed \|.*<!-- end -->\nbelow\n\Z")
        self.assertIn("| b, t | full | 256 | 0.001 (best) | 3 | 0 |", text)
        self.assertNotIn("what was before", text)
        self.assertEqual(figure.count("<polyline"), 2)
        xml.etree.ElementTree.fromstring(figure)

    def test_a_figure_has_dots_where_arms_share_no_learning(self):
        lines = [base_line(), *bowls({"full": (3.0, -6)}, seeds=(0,))]
        _, figure = self.write(lines)
        self.assertEqual((figure.count("<polyline"), figure.count("<circle")), (0, 3))

    def test_scores_stand_beside_the_checks(self):
        lines = changed(fronts(0.4, 0.8), lambda each: each.update(exact_match=START - each["end"]))
        text, _ = self.write([base_line(exact_match=0.0, seconds=90.0), *lines])
        self.assertIn("| b, t | exact_match | 1e-3 | **1.999** | – | – | 1.501 | – |", text)
        self.assertIn("30 runs of twofold v in 2 core-minutes;", text)
        text, _ = self.write([base_line(), *fronts(0.4, 0.8)])
        self.assertIn("in 0 core-minutes, without the making of bases;", text)
        self.assertNotIn("exact_match", text)

    def test_a_few_lines_of_another_binary_do_not_stand_for_the_study(self):
        lines = [*bowls(PUBLISHED), base_line() | {"version": "newer"}]
        self.assertEqual({each["version"] for each in results.of_version(lines)}, {"v"})
        self.assertEqual({each["version"] for each in results.of_version(lines, "newer")}, {"newer"})

    def test_without_results_there_is_no_figure(self):
        text, figure = self.write([])
        self.assertIn("No results yet", text)
        self.assertIsNone(figure)


class Intervals(unittest.TestCase):
    def test_student(self):
        for probability, degrees, tabled in ((0.975, 2, 4.3027), (0.975, 6, 2.4469), (0.95, 10, 1.8125), (0.995, 30, 2.7500)):
            self.assertAlmostEqual(t_quantile(probability, degrees), tabled, 3)

    def test_what_all_settings_share_of_a_seed_is_no_noise(self):
        table = {"a": {0: 1.0, 1: 2.0, 2: 3.5}, "b": {0: 1.5, 1: 2.5, 2: 4.0}}
        interval = contrast(table, {"b": 1, "a": -1})
        self.assertAlmostEqual(interval.low, 0.5)
        self.assertAlmostEqual(interval.high, 0.5)

    def test_two_settings_are_the_paired_t_interval(self):
        table = {"a": {0: 1.0, 1: 2.0, 2: 3.5}, "b": {0: 1.4, 1: 2.6, 2: 4.0}}
        paired = of_values([0.4, 0.6, 0.5])
        interval = contrast(table, {"b": 1, "a": -1})
        self.assertAlmostEqual(interval.low, paired.low)
        self.assertAlmostEqual(interval.high, paired.high)

    def test_where_there_is_no_difference_one_in_twenty_decides(self):
        rng, decided = random.Random(3), 0
        for _ in range(1000):
            table = {arm: {seed: rng.gauss(0, 1) for seed in range(3)} for arm in "abcd"}
            interval = contrast(table, {"a": 1, "b": -1})
            decided += interval.above(0) or interval.below(0)
        self.assertTrue(30 <= decided <= 70, decided)

    def test_more_comparisons_widen(self):
        self.assertLess(of_values([1.0, 2.0, 4.0], 3).low, of_values([1.0, 2.0, 4.0]).low)


if __name__ == "__main__":
    unittest.main()
