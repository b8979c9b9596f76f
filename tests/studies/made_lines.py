"""Made-up results of docs/studies/lora_shapes, in which what the checks look for is there or is not."""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs/studies/lora_shapes"))

START, TOKENS = 5.0, 100_000
BASE, TARGET = "b", "t"
RATES = {"full": range(-8, -3)}
LORA_RATES = range(-6, -1)


def line(arm, rate, seed, end, **more):
    """A run's line whose curve falls on a straight line to its end."""
    curve = [[k * TOKENS // 10, START + (end - START) * k / 10] for k in range(11)]
    return {"base": BASE, "target": TARGET, "arm": arm, "half_decade": rate, "rate": 10 ** (rate / 2), "seed": seed,
            "step_tokens": 256, "diverged": False, "start": START, "end": end, "curve": curve, "stories": 2.5,
            "rank90": 40.0 if arm == "full" else 6.0, "seconds": 1.0, "version": "v", **more}


def base_line(**more):
    return {"base": BASE, "target": None, "arm": "base", "step_tokens": None, "stories": 2.0, "version": "v", **more}


def bowls(arms, noise=0.002, seeds=(0, 1, 2), random_seed=7, **more):
    """Lines of {arm: (lowest loss, best half decade)}: parabolas over the rates. What a seed does to a run is mostly the same
    for all arms, and `noise` is what is not."""
    rng = random.Random(random_seed)
    of_seed = {seed: rng.gauss(0, 0.02) for seed in seeds}
    return [line(arm, rate, seed, lowest + 0.1 * (rate - best) ** 2 + of_seed[seed] + rng.gauss(0, noise), **more)
            for arm, (lowest, best) in arms.items() for rate in RATES.get(arm, LORA_RATES) for seed in seeds]


#: Ten times the full arm's best rate, and each rank a little better than the one below.
PUBLISHED = {"full": (3.0, -6), "r1": (3.3, -4), "r4": (3.2, -4), "r16": (3.1, -4), "r64": (3.02, -4)}


def changed(lines, change):
    """Lines to each of which `change` was done."""
    copies = [dict(each) for each in lines]
    for each in copies:
        change(each)
    return copies
