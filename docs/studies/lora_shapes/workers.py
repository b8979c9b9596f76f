"""Several runs at a time, each on cores of its own: two threads make a small run hardly faster, two runs are made in the time of one."""
import concurrent.futures
import os
import queue

CORES = sorted(os.sched_getaffinity(0))


def done_in_turn(next_job, make, jobs):
    """Yields `make(job)` of each job as it ends. `next_job` is given the jobs that have been started and not yet been yielded, and
    says what to start, or None: nothing, before another one has ended."""
    shares = queue.SimpleQueue()
    for place in range(jobs):
        shares.put(CORES[place::jobs] or CORES)
    with concurrent.futures.ThreadPoolExecutor(jobs, initializer=lambda: os.sched_setaffinity(0, shares.get())) as pool:
        running = {}
        while True:
            while len(running) < jobs and (job := next_job(set(running.values()))) is not None:
                running[pool.submit(make, job)] = job
            if not running:
                return
            for ended in concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done:
                del running[ended]
                yield ended.result()
