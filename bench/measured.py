# SPDX-License-Identifier: Apache-2.0
"""What a process costs: seconds, processor seconds, memory, and the share that others took."""
import os
import subprocess
import sys
import time

BUSY_SHARE = 0.10  # of all processors, used by others, from which a result is marked
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def busy_seconds():
    """Processor seconds that anybody used since the machine started."""
    with open("/proc/stat") as stat:
        user, nice, system, _idle, _wait, irq, soft, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + soft + steal) / CLOCK_TICKS


def measured(command, expected=(0,), env=None):
    """Runs it and gives what it printed and its cost: wall and processor seconds, peak MiB, and the
    share of the machine that others took meanwhile."""
    busy, began = busy_seconds(), time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env=env)
    printed = child.stdout.read().decode()
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    own = usage.ru_utime + usage.ru_stime
    others = busy_seconds() - busy - own
    if child.returncode not in expected:
        sys.exit(f"{' '.join(command)}: exit {child.returncode}")
    return printed, {"seconds": round(seconds, 3), "mib": round(usage.ru_maxrss / 1024, 1),
                     "cpu_seconds": round(own, 3),
                     "others": round(max(0.0, others) / seconds / (os.cpu_count() or 1), 3)}
