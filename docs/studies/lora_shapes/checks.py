"""The published shapes as checks that could fail. Each takes results and says passed, failed or undecided, with numbers.

The words of the verdicts: an interval (95 %, over seeds, held for all comparisons of a check at once) must lie wholly on one
side. What straddles a limit, or rests on a best rate at the edge of what was tried, is undecided.
"""
import dataclasses
import itertools
import math

import choice
from intervals import contrast, decide

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
        """{seed: number} at the arm's best rate; empty where there is none, or where a seed lacks the number."""
        lines = self.of(arm, step_tokens)
        found = choice.table(lines, number) if choice.best(lines) is not None else {}
        return found.get(choice.best(lines), {})


def cells(lines):
    return [Cell(lines, *key) for key in sorted({(line["base"], line["target"]) for line in lines if line["target"]})]


def finite(table):
    return {key: of_seed for key, of_seed in table.items() if of_seed and all(map(math.isfinite, of_seed.values()))}


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
        numbers.append(f"1e{rate / 2:g}: {whole}")
    verdict = "undecided" if not falls else max(falls, key=("passed", "undecided", "failed").index)
    reason = {"passed": "", "failed": "loss rises with the rank at a rate"}.get(verdict, "not told from noise at each rate")
    return Verdict("E1 order", cell.name, verdict, "; ".join(numbers), reason)


def e1_spread(cell):
    """The ranks' relative spread at the lowest rate is less than a third of that at the best rate."""
    rates = by_rank(cell)
    if len(rates) < 3:
        return Verdict("E1 spread", cell.name, "undecided", "", "fewer than three rates at which every rank learned")
    spread = {rate: {seed: table[LORA[0]][seed] / table[LORA[-1]][seed] - 1 for seed in table[LORA[0]]}
              for rate, table in rates.items()}
    lowest = min(rates)
    best = min(rates, key=lambda rate: min(choice.mean(of.values()) for of in rates[rate].values()))
    interval = contrast(spread, {lowest: 1, best: -1 / 3}) if best != lowest else None
    numbers = f"{choice.mean(spread[lowest].values()):.2%} at the lowest rate, {choice.mean(spread[best].values()):.2%} at the best"
    verdict = decide(interval, lambda i: i.below(0), lambda i: i.above(0))
    reason = "" if verdict != "undecided" else "the best rate is the lowest" if interval is None else "interval straddles a third"
    return Verdict("E1 spread", cell.name, verdict, f"{numbers}; lowest − best/3 {interval}", reason)


def vertex(cell, arm):
    """{seed: half decades of the lowest point} of the parabola through the best rate and its two neighbours; empty at an edge."""
    lines = cell.of(arm)
    best, found = choice.best(lines), finite(choice.table(lines))
    if choice.at_edge(lines) or not {best - 1, best, best + 1} <= set(found):
        return {}
    low, middle, high = (found[rate] for rate in (best - 1, best, best + 1))

    def lowest(seed):
        bend = low[seed] - 2 * middle[seed] + high[seed]
        return best + min(1.0, max(-1.0, (low[seed] - high[seed]) / (2 * bend))) if bend > 0 else float(best)

    return {seed: lowest(seed) for seed in sorted(set(low) & set(middle) & set(high))}


def vertices(cell):
    """The lowest points of all arms, and the arms whose best rate has none on one side."""
    found = {arm: vertex(cell, arm) for arm in ("full", *LORA) if cell.of(arm)}
    return {arm: of for arm, of in found.items() if of}, [arm for arm, of in found.items() if not of]


def e2_ratio(cell):
    """The best LoRA rate is 5 to 20 times the best full rate, for each rank."""
    table, edges = vertices(cell)
    ratios = {arm: contrast(table, {arm: 0.5, "full": -0.5}, len(LORA)) for arm in LORA if arm in table and "full" in table}
    low, high = math.log10(5), math.log10(20)
    numbers = "; ".join(f"{arm} ×{10 ** i.value:.1f} [{10 ** i.low:.1f}, {10 ** i.high:.1f}]" for arm, i in ratios.items() if i)
    if any(i and (i.above(high) or i.below(low)) for i in ratios.values()):
        return Verdict("E2 ratio", cell.name, "failed", numbers, "outside of 5 to 20")
    if edges or not ratios or None in ratios.values():
        return Verdict("E2 ratio", cell.name, "undecided", numbers, f"no rate beyond the best of {', '.join(edges) or 'any'}")
    inside = all(i.within(low, high) for i in ratios.values())
    return Verdict("E2 ratio", cell.name, "passed" if inside else "undecided", numbers, "" if inside else "interval straddles a limit")


def e2_same(cell):
    """The best rate is the same for every rank, or its neighbour (a factor of √10)."""
    table, edges = vertices(cell)
    pairs = list(itertools.combinations([arm for arm in LORA if arm in table], 2))
    apart = {pair: contrast(table, {pair[1]: 1, pair[0]: -1}, max(1, len(pairs))) for pair in pairs}
    apart = {pair: interval for pair, interval in apart.items() if interval}
    widest = max(apart, key=lambda pair: abs(apart[pair].value), default=None)
    numbers = f"furthest {widest[0]} to {widest[1]}: {apart[widest]} half decades" if widest else ""
    if any(i.above(1) or i.below(-1) for i in apart.values()):
        return Verdict("E2 same", cell.name, "failed", numbers, "further apart than a neighbour")
    if edges or not apart:
        return Verdict("E2 same", cell.name, "undecided", numbers, f"no rate beyond the best of {', '.join(edges) or 'any'}")
    near = all(i.within(-1, 1) for i in apart.values())
    return Verdict("E2 same", cell.name, "passed" if near else "undecided", numbers, "" if near else "interval straddles a neighbour")


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
