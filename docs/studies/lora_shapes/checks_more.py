"""E4 to E7, as checks.py has E1 to E3."""
import math

import choice
from checks import LARGE, SMALL, Cell, Verdict, cells, e1_order, e1_spread, e2_ratio, e2_same, e3, finite
from intervals import Interval, contrast, decide, of_values

#: E6: fronts are the same within this share of what full training forgot; the shares of the learning at which they are compared.
SAME, LEVELS = 0.25, (0.5, 0.75, 0.9)
TIMES = 5  # E7


def settings(cell, arms, step_tokens=SMALL):
    """{(arm, half decade): {seed: loss}}: all that was tried, from which noise is estimated."""
    return {(arm, rate): of_seed for arm in arms for rate, of_seed in finite(choice.table(cell.of(arm, step_tokens))).items()}


def enough(table, seeds):
    """Only settings that have all these seeds: others would take seeds away from the comparison."""
    return {key: {seed: of_seed[seed] for seed in seeds} for key, of_seed in table.items() if seeds <= set(of_seed)}


def e4(cell):
    """Adapters on MLPs alone reach a lower loss than as many parameters on attention alone."""
    table = settings(cell, ("attention", "mlp"))
    best = {arm: choice.best(cell.of(arm)) for arm in ("attention", "mlp")}
    if None in best.values():
        return Verdict("E4", cell.name, "undecided", "", "not run, or diverged")
    interval = contrast(table, {("mlp", best["mlp"]): 1, ("attention", best["attention"]): -1})
    verdict = decide(interval, lambda i: i.below(0), lambda i: i.above(0))
    loser = {"passed": "attention", "failed": "mlp"}.get(verdict)
    if loser and choice.at_edge(cell.of(loser)):
        return Verdict("E4", cell.name, "undecided", f"mlp − attention {interval}", f"the best rate of {loser} is at the edge")
    return Verdict("E4", cell.name, verdict, f"mlp − attention {interval}", "" if loser else "interval holds 0, or too few seeds")


def e5(cell):
    """From 256 to 4096 tokens a step, LoRA's loss rises more than full training's, at rank 64 too."""
    keys = [(arm, size) for arm in ("full", "r16", "r64") for size in (SMALL, LARGE)]
    best = {(arm, size): choice.best(cell.of(arm, size)) for arm, size in keys}
    if None in best.values():
        return Verdict("E5", cell.name, "undecided", "", "not run, or diverged")
    seeds = set.intersection(*(set(cell.at_best(arm, step_tokens=size)) for arm, size in keys))
    table = enough({(*key, rate): of_seed for key in keys for (_, rate), of_seed in settings(cell, key[:1], key[1]).items()}, seeds)
    grows = {arm: contrast(table, {(arm, LARGE, best[arm, LARGE]): 1, ("full", LARGE, best["full", LARGE]): -1,
                                   (arm, SMALL, best[arm, SMALL]): -1, ("full", SMALL, best["full", SMALL]): 1}, 2)
             for arm in ("r16", "r64")}
    numbers = "; ".join(f"gap of {arm} grows by {interval}" for arm, interval in grows.items())
    edges = [f"{arm} at {size}" for arm, size in keys if choice.at_edge(cell.of(arm, size))]
    if edges:
        return Verdict("E5", cell.name, "undecided", numbers, f"best rate at the edge: {', '.join(edges)}")
    verdicts = [decide(interval, lambda i: i.above(0), lambda i: i.below(0)) for interval in grows.values()]
    verdict = "failed" if "failed" in verdicts else "undecided" if "undecided" in verdicts else "passed"
    return Verdict("E5", cell.name, verdict, numbers, "" if verdict != "undecided" else "an interval holds 0")


def fall(line):
    return line["start"] - line["end"]


def scored(lines):
    """The name of the score that a target has beside its loss, and how to read it; None where it has none."""
    name = next((name for name in ("exact_match", "bleu") if any(name in line for line in lines)), None)
    return name and (lambda line: line[name])


def path(cell, arm, seed, before, learned):
    """(learned, forgotten) of an arm by rising rate, up to where it learned most."""
    lines = sorted((rate, line) for (rate, of), line in cell.of(arm).items() if of == seed and not line["diverged"])
    points = [(0.0, 0.0)] + [(learned(line), line["stories"] - before) for _, line in lines]
    return points[:max(range(len(points)), key=lambda k: points[k][0]) + 1]


def forgotten_at(points, level):
    """What was forgotten where so much was learned, on straight lines between points."""
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x0 <= level <= x1 and x1 > x0:
            return y0 + (y1 - y0) * (level - x0) / (x1 - x0)
    return None


def e6(cell, before, check="E6", learned=fall):
    """Learned against forgotten: LoRA (rank 16) and full training lie on one front, within a quarter of what full forgot."""
    seeds = sorted({seed for _, seed in cell.of("full")} & {seed for _, seed in cell.of("r16")})
    if before is None or not seeds:
        return Verdict(check, cell.name, "undecided", "", "not run, or the base was not measured")
    paths = {(arm, seed): path(cell, arm, seed, before, learned) for arm in ("full", "r16") for seed in seeds}
    reach = min(points[-1][0] for points in paths.values())
    forgot = {key: [forgotten_at(points, share * reach) for share in LEVELS] for key, points in paths.items()}
    if any(value is None for values in forgot.values() for value in values):
        return Verdict(check, cell.name, "undecided", "", "an arm did not learn enough to be compared")
    full = choice.mean(value for seed in seeds for value in forgot["full", seed])
    interval = of_values(choice.mean(forgot["r16", seed]) - choice.mean(forgot["full", seed]) for seed in seeds)
    margin = SAME * abs(full)
    verdict = decide(interval, lambda i: i.within(-margin, margin), lambda i: i.above(margin) or i.below(-margin))
    less = "LoRA forgets less" if interval and interval.below(0) else "full forgets less" if interval and interval.above(0) else \
        "neither is told to forget less"
    return Verdict(check, cell.name, verdict, f"at equal learning LoRA − full {interval} nats, full {full:+.4f}, margin ±{margin:.4f}; {less}",
                   "" if verdict != "undecided" else "interval straddles the margin")


def e7(cell):
    """The rank that holds 90 % of W_end − W_base: full training's is at least five times LoRA's (rank 16)."""
    full, lora = cell.at_best("full", "rank90"), cell.at_best("r16", "rank90")
    seeds = sorted(set(full) & set(lora))
    interval = of_values(math.log(full[seed] / lora[seed]) for seed in seeds)
    times = interval and Interval(*(math.exp(value) for value in (interval.value, interval.low, interval.high)))
    verdict = decide(times, lambda i: i.above(TIMES), lambda i: i.below(TIMES))
    numbers = f"full {choice.mean(full[s] for s in seeds):.1f}, LoRA {choice.mean(lora[s] for s in seeds):.1f}: × {times}" if times else ""
    return Verdict("E7", cell.name, verdict, numbers, "" if verdict != "undecided" else "interval holds 5, or too few seeds")


def verdicts(lines):
    """Every check on every cell that was made for it."""
    before = {line["base"]: line["stories"] for line in lines if line["target"] is None}
    found = []
    for cell in cells(lines):
        arms = cell.arms()
        if set(("full", "r1", "r4", "r16", "r64")) <= arms:
            found += [check(cell) for check in (e1_order, e2_ratio, e2_same, e3)]
            if len({rate for rate, _ in cell.of("r16")}) > 3:
                found.append(e1_spread(cell))
        if {"attention", "mlp"} <= arms:
            found.append(e4(cell))
        if cell.arms(LARGE):
            found.append(e5(cell))
        if {"full", "r16"} <= arms:
            found += [e6(cell, before.get(cell.base)), e7(cell)]
            if learned := scored(cell.lines):
                found.append(e6(cell, before.get(cell.base), "E6 score", learned))
    return sorted(found, key=lambda verdict: (verdict.check, verdict.cell))


def overall(found):
    """{check: (verdict, how many cells of each)}: passed or failed where all cells that decide agree."""
    summary = {}
    for check in sorted({verdict.check for verdict in found}):
        words = [verdict.verdict for verdict in found if verdict.check == check]
        decided = set(words) - {"undecided"}
        counts = ", ".join(f"{words.count(word)} {word}" for word in ("passed", "failed", "undecided") if word in words)
        summary[check] = (decided.pop() if len(decided) == 1 else "undecided", counts)
    return summary
