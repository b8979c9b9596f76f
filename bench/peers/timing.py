"""What the peers' drivers share: the cases, the clock, and the one line of JSON that each prints."""
import argparse
import json
import os
import resource
import statistics
import time

VOCABULARY = 50304
LORA_RANK, LORA_ALPHA = 16, 32
SIZES = {  # layers, width, heads, tokens a row, rows a batch
    "S": (6, 384, 6, 256, 8),
    "M": (12, 768, 12, 512, 4),
}


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--size", choices=SIZES, required=True)
    parser.add_argument("--mode", choices=["full", "lora"], required=True)
    parser.add_argument("--prec", choices=["fp32", "bf16"], required=True)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--max-s", type=float, default=60, help="no new step after this, once one was timed")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    return parser.parse_args()


def seconds_since_exec():
    """Age of this process, from the kernel: the interpreter's start and the imports are in it."""
    fields = open("/proc/self/stat").read().rsplit(")", 1)[1].split()
    uptime = float(open("/proc/uptime").read().split()[0])
    return uptime - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def run(peer, args, step):
    """`step()` does one optimizer step on a fresh batch and returns its loss."""
    _, _, _, tokens, rows = SIZES[args.size]
    times, losses = [], []
    first_step = seconds_since_exec()
    last_start = time.perf_counter() + args.max_s
    for index in range(args.warmup + args.steps):
        if times and time.perf_counter() > last_start:
            break
        begin = time.perf_counter()
        losses.append(step())
        if index >= args.warmup:
            times.append(time.perf_counter() - begin)
    median = statistics.median(times)
    print(json.dumps({
        "peer": peer, "size": args.size, "mode": args.mode, "prec": args.prec,
        "step_ms": round(1e3 * median, 2), "step_ms_min": round(1e3 * min(times), 2),
        "tok_s": round(rows * tokens / median, 1),
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "first_step_s": round(first_step, 3),
        "loss_first": round(losses[0], 4), "loss_last": round(losses[-1], 4),
    }), flush=True)
