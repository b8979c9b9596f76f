"""Cells of results, and which rate of them is best."""
import math


def cell(lines, base, target, arm, step_tokens):
    """{(half decade, seed): line}"""
    return {(line["half_decade"], line["seed"]): line for line in lines
            if (line["base"], line["target"], line["arm"], line["step_tokens"]) == (base, target, arm, step_tokens)}


def table(cell_lines, number="end"):
    """{half decade: {seed: number}}; a run that diverged counts as infinite."""
    found = {}
    for (rate, seed), line in sorted(cell_lines.items()):
        found.setdefault(rate, {})[seed] = math.inf if line["diverged"] else line[number]
    return found


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def best(cell_lines):
    """The rate of the lowest mean validation loss at the end; None where every rate diverged."""
    means = {rate: mean(of_seed.values()) for rate, of_seed in table(cell_lines).items()}
    rate = min(means, key=means.get, default=None)
    return rate if rate is not None and math.isfinite(means[rate]) else None


def at_edge(cell_lines):
    """Whether the best rate is the lowest or the highest that was tried, so that a better one may lie beyond."""
    rates = sorted({rate for rate, _ in cell_lines})
    return best(cell_lines) in (None, rates[0], rates[-1])
