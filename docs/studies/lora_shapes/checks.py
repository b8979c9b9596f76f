"""The published shapes as checks that could fail. Each takes results and says passed, failed or undecided, with numbers.

The words of the verdicts: an interval (95 %, over seeds, held for all comparisons of a check at once) must lie wholly on one
side. What straddles a limit, or rests on a best rate at the edge of what was tried, is undecided.
"""
import dataclasses
import itertools
import math

import choice
from choice import finite, rate_name
from intervals import contrast, decide, of_values

RANKS = (1, 4, 16, 64)
LORA = tuple(f"r{rank}" for rank in RANKS)
SMALL, LARGE = 256, 4096


@dataclasses.dataclass(frozen=True)
class Verdict:
    check: str
    cell: str
    verdict: str
    numbers: str
    reason: str = ""


class Cell:
    """All results of one base on one target."""

    def __init__(self, lines, base, target):
        self.base, self.target, self.name = base, target, f"{base}, {target}"
        self.lines = [line for line in lines if line["base"] == base and line["target"] == target]

    def of(self, arm, step_tokens=SMALL):
        return choice.cell(self.lines, self.base, self.target, arm, step_tokens)

    def arms(self, step_tokens=SMALL):
        return {line["arm"] for line in self.lines if line["step_tokens"] == step_tokens}

    def at_best(self, arm, number="end", step_tokens=SMALL):
        """{seed: number} at the arm's best rate; empty where there is none."""
        lines = self.of(arm, step_tokens)
        best = choice.best(lines)
        return {seed: line[number] for (rate, seed), line in sorted(lines.items()) if rate == best}


def cells(lines):
    return [Cell(lines, *key) for key in sorted({(line["base"], line["target"]) for line in lines if line["target"]})]


def by_rank(cell):
    """{half decade: {arm: {seed: loss}}} of the rates at which every rank learned something."""
    tables = {arm: choice.table(cell.of(arm)) for arm in LORA}
    starts = [line["start"] for line in cell.lines]
    rates = set.intersection(*(set(table) for table in tables.values()))
    found = {rate: {arm: tables[arm][rate] for arm in LORA} for rate in sorted(rates)}
    return {rate: table for rate, table in found.items()
            if len(finite(table)) == len(LORA) and max(map(max, (of.values() for of in table.values()))) < min(starts)}


def e1_order(cell):
    """Loss falls with the rank at each rate: from 1 to 64 it must fall, and from no rank to the next may it rise."""
    rates = by_rank(cell)
    comparisons = len(LORA) * len(rates)
    falls, numbers = [], []
    for rate, table in rates.items():
        steps = [contrast(table, {above: 1, below: -1}, comparisons) for below, above in zip(LORA, LORA[1:])]
        whole = contrast(table, {LORA[-1]: 1, LORA[0]: -1}, comparisons)
        if whole is None:
            continue
        rises = any(step.above(0) for step in steps) or whole.above(0)
        falls.append("failed" if rises else "passed" if whole.below(0) else "undecided")
        numbers.append(f"{rate_name(rate)}: {whole}")
    verdict = "undecided" if not falls else max(falls, key=("passed", "undecided", "failed").index)
    reason = {"passed": "", "failed": "loss rises with the rank at a rate"}.get(verdict, "not told from noise at each rate")
    return Verdict("E1 order", cell.name, verdict, "; ".join(numbers), reason)


@dataclasses.dataclass(frozen=True)
class Spreads:
    """How far apart the ranks are: {half decade: {seed: loss of rank 1 over that of rank 64, less 1}}, and the rate at which a
    rank is best. Of rates at which every rank learned, and of seeds that all of them have."""
    of: dict
    best: int | None

    def at(self, rate):
        return choice.mean(self.of[rate].values())

    def __str__(self):
        every = ", ".join(f"{self.at(rate):.1%} at {rate_name(rate)}" for rate in self.of)
        return f"{every}; best {rate_name(self.best)}"


def spreads(cell):
    rates = by_rank(cell)
    sets = [set(of_seed) for table in rates.values() for of_seed in table.values()]
    seeds = sorted(set.intersection(*sets)) if sets else []
    if not seeds:
        return Spreads({}, None)
    of = {rate: {seed: table[LORA[0]][seed] / table[LORA[-1]][seed] - 1 for seed in seeds} for rate, table in rates.items()}
    lowest = {rate: min(choice.mean(of_seed[seed] for seed in seeds) for of_seed in table.values()) for rate, table in rates.items()}
    return Spreads(of, min(lowest, key=lowest.get))


def e1_spread(cell):
    """The ranks' relative spread at the lowest rate is less than a third of that at the best rate."""
    spread = spreads(cell)
    if len(spread.of) < 3:
        return Verdict("E1 spread", cell.name, "undecided", "", "fewer than three rates at which every rank learned")
    lowest, best = spread.of[min(spread.of)], spread.of[spread.best]
    interval = None if best is lowest else of_values(lowest[seed] - best[seed] / 3 for seed in best)
    verdict = decide(interval, lambda i: i.below(0), lambda i: i.above(0))
    reason = "" if verdict != "undecided" else "the best rate is the lowest" if best is lowest else "interval straddles a third"
    numbers = f"{spread}; lowest − ⅓ of best {interval.percent()}" if interval else str(spread)
    return Verdict("E1 spread", cell.name, verdict, numbers, reason)


def e1_widest(cell):
    """The ranks' relative spread is widest at the best rate or at a neighbour of it."""
    spread = spreads(cell)
    near = [rate for rate in spread.of if abs(rate - spread.best) <= 1]
    far = [rate for rate in spread.of if rate not in near]
    if not far:
        return Verdict("E1 widest", cell.name, "undecided", "", "no rate, further from the best one, at which every rank learned")
    widest = max(near, key=spread.at)
    over = {rate: of_values((spread.of[widest][seed] - spread.of[rate][seed] for seed in spread.of[rate]), len(far)) for rate in far}
    numbers = f"best {rate_name(spread.best)}, near it widest {rate_name(widest)}: " + ", ".join(
        f"{rate_name(widest)} − {rate_name(rate)} {interval.percent()}" for rate, interval in over.items() if interval)
    if any(interval and interval.below(0) for interval in over.values()):
        return Verdict("E1 widest", cell.name, "failed", numbers, "wider at a rate that is no neighbour of the best")
    passed = all(interval and interval.above(0) for interval in over.values())
    return Verdict("E1 widest", cell.name, "passed" if passed else "undecided", numbers, "" if passed else "an interval holds 0")


def leaves(curve, full, tolerance=0.01):
    """Tokens at the first validation from which on a curve stays above the full one by more than 1 %; infinite if it never does."""
    losses, when = dict(map(tuple, full)), math.inf
    for tokens, loss in reversed([point for point in curve if point[0] > 0]):
        if loss <= (1 + tolerance) * losses[tokens]:
            break
        when = tokens
    return when


def middle_ranks(values):
    return [sum(other < value for other in values) + (1 + sum(other == value for other in values)) / 2 for value in values]


def page_test(rows):
    """P that a row-wise order as rising as this, or more, comes by chance (Page's L, every permutation of every row)."""
    chances = {0.0: 1}
    for row in rows:
        scores = [sum((k + 1) * rank for k, rank in enumerate(order)) for order in itertools.permutations(middle_ranks(row))]
        sums = {}
        for before, count in chances.items():
            for score in scores:
                sums[before + score] = sums.get(before + score, 0) + count
        chances = sums
    seen = sum((k + 1) * rank for row in rows for k, rank in enumerate(middle_ranks(row)))
    return sum(count for score, count in chances.items() if score >= seen - 1e-9) / sum(chances.values())


def e3(cell):
    """A lower rank leaves the curve of full training earlier."""
    curves = {arm: cell.at_best(arm, "curve") for arm in ("full", *LORA)}
    seeds = sorted(set.intersection(*(set(of_seed) for of_seed in curves.values())))
    rows = [[leaves(curves[arm][seed], curves["full"][seed]) for arm in LORA] for seed in seeds]
    if len(rows) < 2:
        return Verdict("E3", cell.name, "undecided", "", "not every rank was run with two seeds")
    numbers = "; ".join(f"{arm}: " + ", ".join("never" if math.isinf(when) else f"{when / 1000:.0f}k" for when in column)
                        for arm, column in zip(LORA, zip(*rows)))
    if all(len(set(row)) == 1 for row in rows):
        return Verdict("E3", cell.name, "undecided", numbers, "all ranks leave at once, or none does")
    rising, falling = page_test(rows), page_test([row[::-1] for row in rows])
    verdict = "passed" if rising <= 0.05 else "failed" if falling <= 0.05 else "undecided"
    return Verdict("E3", cell.name, verdict, f"{numbers}; p = {rising:.4f}", "" if verdict == "passed" else f"p of the reverse {falling:.4f}")
