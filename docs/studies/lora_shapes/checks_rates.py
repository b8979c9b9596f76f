"""E2: where the best rates lie. A parabola is laid through each arm's best rate and its neighbours; how far the loss is from a
parabola is not in the intervals, so the rates of the grid stand beside it."""
import itertools
import math

import choice
from checks import LORA, Verdict
from choice import finite, rate_name
from intervals import contrast


def no_vertex(lines):
    """Why no parabola can be laid through the best rate and its neighbours; empty where one can."""
    best, tried, ended = choice.best(lines), {rate for rate, _ in lines}, finite(choice.table(lines))
    if best is None:
        return "has no rate at which no run diverged"
    if choice.at_edge(lines):
        return f"is best at the {'lowest' if best == min(tried) else 'highest'} rate that was tried"
    if {best - 1, best + 1} <= set(ended):
        return ""
    return f"{'diverged' if {best - 1, best + 1} <= tried else 'was not run'} at a neighbour of its best rate"


def vertex(lines):
    """{seed: half decades of the lowest point} of the parabola through the best rate and its two neighbours."""
    best, found = choice.best(lines), choice.table(lines)
    low, middle, high = (found[rate] for rate in (best - 1, best, best + 1))

    def lowest(seed):
        bend = low[seed] - 2 * middle[seed] + high[seed]
        return best + min(1.0, max(-1.0, (low[seed] - high[seed]) / (2 * bend))) if bend > 0 else float(best)

    return {seed: lowest(seed) for seed in sorted(set(low) & set(middle) & set(high))}


class BestRates:
    """The best rate of each arm: on the grid of those tried, between them by a parabola, and for whom there is none, and why."""

    def __init__(self, cell, arms):
        lines = {arm: cell.of(arm) for arm in arms if cell.of(arm)}
        why = {arm: no_vertex(of) for arm, of in lines.items()}
        self.grid = {arm: best for arm, of in lines.items() if (best := choice.best(of)) is not None}
        self.parabola = {arm: vertex(of) for arm, of in lines.items() if not why[arm]}
        self.none = "; ".join(f"{arm} {reason}" for arm, reason in why.items() if reason)

    def grid_ratios(self):
        return ", ".join(f"{arm} ×{10 ** ((self.grid[arm] - self.grid['full']) / 2):.2g}" for arm in LORA
                         if arm in self.grid and "full" in self.grid)


def e2_ratio(cell):
    """The best LoRA rate is 5 to 20 times the best full rate, for each rank."""
    best = BestRates(cell, ("full", *LORA))
    table = best.parabola
    ratios = {arm: contrast(table, {arm: 0.5, "full": -0.5}, len(LORA)) for arm in LORA if arm in table and "full" in table}
    low, high = math.log10(5), math.log10(20)
    numbers = ", ".join(f"{arm} ×{10 ** i.value:.1f} [{10 ** i.low:.1f}, {10 ** i.high:.1f}]" for arm, i in ratios.items() if i)
    numbers = f"by a parabola: {numbers or '–'}; on the grid: {best.grid_ratios() or '–'}"
    if any(i and (i.above(high) or i.below(low)) for i in ratios.values()):
        return Verdict("E2 ratio", cell.name, "failed", numbers, "outside of 5 to 20" + (f"; {best.none}" if best.none else ""))
    if best.none or not ratios or None in ratios.values():
        return Verdict("E2 ratio", cell.name, "undecided", numbers, best.none or "too few seeds")
    inside = all(i.within(low, high) for i in ratios.values())
    return Verdict("E2 ratio", cell.name, "passed" if inside else "undecided", numbers, "" if inside else "interval straddles a limit")


def e2_same(cell):
    """The best rate is the same for every rank, or its neighbour (a factor of √10)."""
    best = BestRates(cell, LORA)
    table = best.parabola
    pairs = list(itertools.combinations(table, 2))
    apart = {pair: contrast(table, {pair[1]: 1, pair[0]: -1}, max(1, len(pairs))) for pair in pairs}
    apart = {pair: interval for pair, interval in apart.items() if interval}
    widest = max(apart, key=lambda pair: abs(apart[pair].value), default=None)
    numbers = f"by a parabola: {f'{widest[0]} to {widest[1]} {apart[widest]} half decades' if widest else '–'}; on the grid: " \
        + ", ".join(f"{arm} {rate_name(rate)}" for arm, rate in best.grid.items())
    if any(i.above(1) or i.below(-1) for i in apart.values()):
        return Verdict("E2 same", cell.name, "failed", numbers, "further apart than a neighbour")
    if best.none or not apart:
        return Verdict("E2 same", cell.name, "undecided", numbers, best.none or "too few seeds")
    near = all(i.within(-1, 1) for i in apart.values())
    return Verdict("E2 same", cell.name, "passed" if near else "undecided", numbers, "" if near else "interval straddles a neighbour")
