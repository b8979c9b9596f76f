"""E4 to E7, as checks.py has E1 to E3."""
import math

import choice
from checks import LARGE, SMALL, Cell, Verdict, cells, e1_order, e1_spread, e1_widest, e3
from checks_rates import e2_ratio, e2_same
from intervals import Interval, contrast, decide, of_values

#: E6: fronts are the same within this share of what full training forgot; where they are compared, as shares of the way from
#: the least that both arms were measured to learn to the most that both learned.
SAME, LEVELS = 0.25, (0.5, 0.75, 0.9)
TIMES = 5  # E7


def e4(cell):
    """Adapters on MLPs alone reach a lower loss than as many parameters on attention alone."""
    mlp, attention = cell.at_best("mlp"), cell.at_best("attention")
    interval = of_values(mlp[seed] - attention[seed] for seed in sorted(set(mlp) & set(attention)))
    if interval is None:
        return Verdict("E4", cell.name, "undecided", "", "not run with two seeds, or diverged")
    verdict, numbers = decide(interval, lambda i: i.below(0), lambda i: i.above(0)), f"mlp − attention {interval}"
    loser = {"passed": "attention", "failed": "mlp"}.get(verdict)
    if loser and choice.at_edge(cell.of(loser)):
        return Verdict("E4", cell.name, "undecided", numbers, f"the best rate of {loser} is at the edge")
    return Verdict("E4", cell.name, verdict, numbers, "" if loser else "interval holds 0")


def e5(cell):
    """From 256 to 4096 tokens a step, LoRA's loss rises more than full training's, at rank 64 too."""
    table = {(arm, size): cell.at_best(arm, step_tokens=size) for arm in ("full", "r16", "r64") for size in (SMALL, LARGE)}
    if not all(table.values()):
        return Verdict("E5", cell.name, "undecided", "", "not run, or diverged")
    grows = {arm: contrast(table, {(arm, LARGE): 1, ("full", LARGE): -1, (arm, SMALL): -1, ("full", SMALL): 1}, 2)
             for arm in ("r16", "r64")}
    numbers = "; ".join(f"gap of {arm} grows by {interval}" for arm, interval in grows.items())
    edges = [f"{arm} at {size}" for arm, size in table if choice.at_edge(cell.of(arm, size))]
    if edges:
        return Verdict("E5", cell.name, "undecided", numbers, f"best rate at the edge: {', '.join(edges)}")
    verdicts = [decide(interval, lambda i: i.above(0), lambda i: i.below(0)) for interval in grows.values()]
    verdict = "failed" if "failed" in verdicts else "undecided" if "undecided" in verdicts else "passed"
    return Verdict("E5", cell.name, verdict, numbers, "" if verdict != "undecided" else "an interval holds 0, or too few seeds")


def fall(line):
    return line["start"] - line["end"]


def score_name(lines):
    """The name of the score that a target has beside its loss; None where it has none."""
    return next((name for name in ("exact_match", "bleu") if any(name in line for line in lines)), None)


def front_points(cell, arms, forgotten_before, learned=fall):
    """{(arm, seed): [(learned, forgotten)] by rising rate}, of seeds that have every rate of all arms and of an arm's rates at
    which no run diverged: all points of an arm are then of the same seeds."""
    of_arms = {arm: cell.of(arm) for arm in arms}
    seeds = choice.seeds(*of_arms.values())
    rates = {arm: sorted(choice.finite(choice.table(lines))) for arm, lines in of_arms.items()}
    return {(arm, seed): [(learned(of_arms[arm][rate, seed]), of_arms[arm][rate, seed]["stories"] - forgotten_before)
                          for rate in rates[arm]] for arm in arms for seed in seeds}


def upto_most(points):
    """The points of a front up to where most was learned."""
    return points[:max(range(len(points)), key=lambda k: points[k][0]) + 1]


def forgotten_at(points, level):
    """What was forgotten where so much was learned, on straight lines between points."""
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x0 <= level <= x1 and x1 > x0:
            return y0 + (y1 - y0) * (level - x0) / (x1 - x0)
    return None


def e6(cell, forgotten_before, check="E6", learned=fall):
    """Learned against forgotten: LoRA (rank 16) and full training lie on one front, within a quarter of what full forgot. They
    are compared where both were measured: nothing is drawn from the untrained base to an arm's first rate."""
    found = front_points(cell, ("full", "r16"), forgotten_before, learned) if forgotten_before is not None else {}
    if not found or not all(found.values()):
        return Verdict(check, cell.name, "undecided", "", "not run, or diverged, or the base was not measured")
    found = {key: upto_most(points) for key, points in found.items()}
    low, high = max(points[0][0] for points in found.values()), min(points[-1][0] for points in found.values())
    overlap = f"both learned from {low:.3f} to {high:.3f}"
    if low >= high:
        return Verdict(check, cell.name, "undecided", f"one learned at least {low:.3f}, another at most {high:.3f}",
                       "the arms did not learn equally much at any of their rates")
    levels, seeds = [low + share * (high - low) for share in LEVELS], sorted({seed for _, seed in found})
    forgot = {key: choice.mean(forgotten_at(points, level) for level in levels) for key, points in found.items()}
    full = choice.mean(forgot["full", seed] for seed in seeds)
    interval, margin = of_values(forgot["r16", seed] - forgot["full", seed] for seed in seeds), SAME * abs(full)
    verdict = decide(interval, lambda i: i.within(-margin, margin), lambda i: i.above(margin) or i.below(-margin))
    less = "LoRA forgets less" if interval and interval.below(0) else "full forgets less" if interval and interval.above(0) else \
        "neither is told to forget less"
    return Verdict(check, cell.name, verdict, f"{overlap}; there LoRA − full {interval} nats forgotten, full {full:+.4f}, "
                   f"margin ±{margin:.4f}; {less}", "" if verdict != "undecided" else "interval straddles the margin, or too few seeds")


def e6_score(cell, base):
    """E6, but what was learned is the rise of the target's score above what the base has of it."""
    name = score_name(cell.lines)
    before = base.get("stories") if name in base else None
    return e6(cell, before, "E6 score", lambda line: line[name] - base[name])


def e7(cell):
    """The rank that holds 90 % of W_end − W_base: full training's is at least five times LoRA's (rank 16)."""
    full, lora = cell.at_best("full", "rank90"), cell.at_best("r16", "rank90")
    seeds = sorted(set(full) & set(lora))
    interval = of_values(math.log(full[seed] / lora[seed]) for seed in seeds)
    times = interval and Interval(*(math.exp(value) for value in (interval.value, interval.low, interval.high)))
    verdict = decide(times, lambda i: i.above(TIMES), lambda i: i.below(TIMES))
    numbers = f"full {choice.mean(full[s] for s in seeds):.1f}, LoRA {choice.mean(lora[s] for s in seeds):.1f}: " \
        f"×{times.value:.1f} [{times.low:.1f}, {times.high:.1f}]" if times else ""
    return Verdict("E7", cell.name, verdict, numbers, "" if verdict != "undecided" else f"interval holds {TIMES}, or too few seeds")


def verdicts_of(cell, base):
    """Every check that the cell was made for; `base` is the line of its base, empty where there is none."""
    arms, ranks = cell.arms(), {"full", "r1", "r4", "r16", "r64"}
    if ranks <= arms:
        yield from (check(cell) for check in (e1_order, e2_ratio, e2_same, e3))
        if len({rate for rate, _ in cell.of("r16")}) > 3:
            yield from (e1_spread(cell), e1_widest(cell))
    if {"attention", "mlp"} <= arms:
        yield e4(cell)
    if cell.arms(LARGE):
        yield e5(cell)
    if {"full", "r16"} <= arms:
        yield from (e6(cell, base.get("stories")), e7(cell))
        if score_name(cell.lines):
            yield e6_score(cell, base)


def base_lines(lines):
    return {line["base"]: line for line in lines if line["target"] is None}


def verdicts(lines):
    bases = base_lines(lines)
    found = [verdict for cell in cells(lines) for verdict in verdicts_of(cell, bases.get(cell.base, {}))]
    return sorted(found, key=lambda verdict: (verdict.check, verdict.cell))


def overall(found):
    """{check: (verdict, how many cells of each)}. What no cell decides is undecided; what some pass and some fail, failed in some."""
    summary = {}
    for check in sorted({verdict.check for verdict in found}):
        words = [verdict.verdict for verdict in found if verdict.check == check]
        decided = sorted(set(words) - {"undecided"})
        counts = ", ".join(f"{words.count(word)} {word}" for word in ("passed", "failed", "undecided") if word in words)
        mixed = f"failed in {words.count('failed')} of {len(words)}"
        summary[check] = (mixed if len(decided) == 2 else decided[0] if decided else "undecided", counts)
    return summary
