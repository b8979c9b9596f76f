"""Runs with logs for other programs, what these should hold, and runs that are killed."""
import random
import signal
import subprocess
import time

from support import BINARY

LOGS = ("tensorboard", "trackio", "wandb", "csv")
ALL_LOGS = [f"logging.{name}=true" for name in LOGS]
BESIDE_ITS_WAY = ("frozen", "adapters_off")


def logged(text):
    """A config with all logs."""
    return text.replace("logging: {", "logging: {" + "".join(f"{name}: true, " for name in LOGS))


def expected(metrics):
    """What each line of metrics.jsonl is as a point: (step, {name: number})."""
    points = []
    for line in metrics:
        line = dict(line)
        step, moment = line.pop("step"), line.pop("moment", None)
        if "loss" in line:
            points.append((step, {f"train/{key}": value for key, value in line.items()}))
        else:
            prefix = f"{moment}/" if moment in BESIDE_ITS_WAY else ""
            points.append((step, {prefix + key: value for key, value in line.items() if key not in ("phase", "tokens")}))
    return points


def run_with_kills(name, config, root, kills, seed=1):
    """Kills (SIGKILL) a run at random moments while it trains, continues it by the same command until it ends, and returns
    how often it was killed."""
    rng = random.Random(seed)
    command = [str(BINARY), "run", name, str(config), str(root)]
    metrics = root / "results/general/default" / name / "metrics.jsonl"
    killed = 0
    while killed < kills:
        before = metrics.stat().st_size if metrics.exists() else 0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and not (metrics.exists() and metrics.stat().st_size not in (0, before)):
            time.sleep(0.0005)
        time.sleep(rng.uniform(0, 0.1))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return killed
