"""`twofold watch` as a process."""
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

from support import BINARY


class Watched:
    """`twofold watch` as a process, and what it answers."""

    def __init__(self, *arguments, **options):
        self.process = subprocess.Popen([str(BINARY), "watch", *map(str, arguments)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, **options)
        self.address = self.process.stdout.readline().strip()

    def get(self, path="", address=None, **headers):
        request = urllib.request.Request((address or self.address).split("?")[0] + path, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read().decode()

    def version(self):
        return json.loads(self.get("version"))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("did not happen in time")
        time.sleep(0.2)
