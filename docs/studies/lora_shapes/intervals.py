"""Differences between settings that were run with the same seeds, with intervals."""
import dataclasses
import functools
import math


@dataclasses.dataclass(frozen=True)
class Interval:
    value: float
    low: float
    high: float

    def __str__(self):
        return f"{self.value:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"

    def percent(self):
        return f"{100 * self.value:+.1f}% [{100 * self.low:+.1f}, {100 * self.high:+.1f}]"

    def below(self, limit):
        return self.high < limit

    def above(self, limit):
        return self.low > limit

    def within(self, low, high):
        return low <= self.low and self.high <= high


def t_tail(t, degrees):
    """P(T > t) of Student's distribution, t ≥ 0: x = √n tan θ makes its density cos^(n−1) θ, which Simpson's rule adds up."""
    def total(upto, pieces=400):
        width = upto / pieces
        return sum((1 if k in (0, pieces) else 4 if k % 2 else 2) * math.cos(k * width) ** (degrees - 1)
                   for k in range(pieces + 1)) * width / 3
    return 0.5 - 0.5 * total(math.atan(t / math.sqrt(degrees))) / total(math.pi / 2)


@functools.cache
def t_quantile(probability, degrees):
    """The t that is exceeded with 1 − probability, by bisection."""
    low, high = 0.0, 1e6
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tail(middle, degrees) > 1 - probability else (low, middle)
    return (low + high) / 2


def residual(table, seeds):
    """Standard deviation of what neither setting nor seed explains, and its degrees of freedom (a randomised block design)."""
    rows = [[of_seed[seed] for seed in seeds] for of_seed in table.values()]
    by_row = [sum(row) / len(row) for row in rows]
    by_seed = [sum(column) / len(rows) for column in zip(*rows)]
    grand = sum(by_row) / len(by_row)
    squares = sum((value - row_mean - seed_mean + grand) ** 2
                  for row, row_mean in zip(rows, by_row) for value, seed_mean in zip(row, by_seed))
    degrees = (len(rows) - 1) * (len(seeds) - 1)
    return math.sqrt(squares / degrees), degrees


def contrast(table, weights, comparisons=1, confidence=0.95):
    """Σ weight · mean over seeds, with an interval that holds for as many comparisons at once (Bonferroni). The noise is
    estimated from the whole table {setting: {seed: number}}; None where there are not two settings and two seeds."""
    seeds = sorted(set.intersection(*(set(of_seed) for of_seed in table.values()))) if table else []
    if len(seeds) < 2 or len(table) < 2:
        return None
    deviation, degrees = residual(table, seeds)
    value = sum(weight * sum(table[key][seed] for seed in seeds) / len(seeds) for key, weight in weights.items())
    error = deviation * math.sqrt(sum(weight ** 2 for weight in weights.values()) / len(seeds))
    half = t_quantile(1 - (1 - confidence) / (2 * comparisons), degrees) * error
    return Interval(value, value - half, value + half)


def of_values(values, comparisons=1, confidence=0.95):
    """The mean of one number a seed, by Student's t; None of fewer than two."""
    values = list(values)
    if len(values) < 2:
        return None
    mean, degrees = sum(values) / len(values), len(values) - 1
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / degrees)
    half = t_quantile(1 - (1 - confidence) / (2 * comparisons), degrees) * deviation / math.sqrt(len(values))
    return Interval(mean, mean - half, mean + half)


def decide(interval, passed, failed):
    """A verdict from an interval: passed and failed say when it lies on either side; None or neither is undecided."""
    if interval is None:
        return "undecided"
    return "passed" if passed(interval) else "failed" if failed(interval) else "undecided"
