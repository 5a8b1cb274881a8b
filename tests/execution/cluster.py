"""A real Slurm of two nodes on loopback, for any user: no systemd, no munge, no accounting."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "scontrol")
CONF = Path(__file__).with_name("slurm.conf").read_text(encoding="utf-8")
# submitit asks for accounting: these three columns of the queue are all that it reads.
SACCT = '#!/bin/sh\necho "JobID|State|NodeList"; exec squeue -h -r -t all -o "%i|%T|%N"\n'


def missing() -> list[str]:
    """The programs of Slurm that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None]


class Cluster:
    """A cluster in a folder; ``environment`` is what its users need."""

    def __init__(self, place: Path) -> None:
        self.place = place
        for name in ("state", "bin"):
            (place / name).mkdir(parents=True)
        (place / "bin" / "sacct").write_text(SACCT)
        (place / "bin" / "sacct").chmod(0o755)
        port = _free_port()
        host, ports = socket.gethostname().split(".")[0], {"port": port, "first": port + 1, "second": port + 2}
        (place / "slurm.conf").write_text(CONF.format(host=host, user=getpass.getuser(), place=place, **ports))
        path = f"{place}/bin:{os.environ['PATH']}:/usr/sbin"
        self.environment = os.environ | {"SLURM_CONF": str(place / "slurm.conf"), "PATH": path}

    def up(self) -> None:
        self.call("slurmctld", "-i")
        for node in ("n1", "n2"):
            self.call("slurmd", "-N", node)
        until = time.monotonic() + 30
        while self.call("sinfo", "-h", "-N", "-p", "low", "-o", "%T").split() != ["idle", "idle"]:
            assert time.monotonic() < until, (self.place / "slurmctld.log").read_text()[-2000:]
            time.sleep(0.2)

    def down(self) -> None:
        subprocess.run(["scancel", "-u", getpass.getuser()], env=self.environment, capture_output=True)
        time.sleep(1)
        for name in ("n1", "n2", "slurmctld"):
            self.kill(name, signal.SIGTERM)

    def kill(self, name: str, number: signal.Signals) -> None:
        """One of its daemons, by node or as slurmctld."""
        pid = self.place / f"{name}.pid"
        if pid.is_file():
            os.kill(int(pid.read_text()), number)

    def call(self, *line: str) -> str:
        done = subprocess.run(line, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        return done.stdout

    def running(self) -> dict[str, str]:
        """Jobs of ours that run, and their nodes."""
        listed = self.call("squeue", "-h", "-r", "-n", "lightning-tickets", "-t", "R", "-o", "%i %N").splitlines()
        return dict(line.split() for line in listed)

    def hurry(self) -> None:
        """Requeued jobs, which Slurm lets wait two minutes, begin now."""
        for ident in self.call("squeue", "-h", "-r", "-t", "PD", "-o", "%i").split():
            line = ["scontrol", "update", f"JobId={ident}", "StartTime=now"]
            subprocess.run(line, env=self.environment, capture_output=True)  # it may have begun by now


def _free_port() -> int:
    """The first of three that are likely to be free."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
