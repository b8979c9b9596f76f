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


def seeds(*of_cells):
    """Seeds that every rate of these cells has, in order: means over other sets of seeds are not compared."""
    sets = [set(of_seed) for lines in of_cells for of_seed in table(lines).values()]
    return sorted(set.intersection(*sets)) if sets else []


def finite(found):
    """Of a table, the rates at which no run diverged."""
    return {rate: of_seed for rate, of_seed in found.items() if of_seed and all(map(math.isfinite, of_seed.values()))}


def best(cell_lines):
    """The rate of the lowest mean validation loss at the end, of those at which no run diverged; None where there is none."""
    common = seeds(cell_lines)
    ended = finite(table(cell_lines)) if common else {}
    return min(ended, key=lambda rate: mean(ended[rate][seed] for seed in common), default=None)


def at_edge(cell_lines):
    """Whether the best rate is the lowest or the highest that was tried, so that a better one may lie beyond."""
    rates = sorted({rate for rate, _ in cell_lines})
    return best(cell_lines) in (None, rates[0], rates[-1])


def rate_name(half_decade):
    """3e-4, 1e-3, 3e-3, …"""
    return f"{10 ** (half_decade / 2):.0e}".replace("e-0", "e-")
