"""What holds a program in a container: all that it can be denied while the supervisor still runs."""

from __future__ import annotations

from typing import Final

from perftui.sandbox.docker_model import ContainerSpec

KEPT_CAPABILITIES: Final = ("SETUID", "SETGID", "KILL")
"""What the supervisor needs to give each program a uid of its own, and to end it."""

CONFINEMENT_IN_WORDS: Final = ("container", "no network", "read-only", "capabilities dropped")
"""What the container adds to what the supervisor does by itself, for a person."""


def confinement(spec: ContainerSpec) -> dict[str, object]:
    """The container's HostConfig, in the words of the engine's API.

    The engine's own seccomp profile holds beside it: it is on unless it is switched off.
    """
    return {
        "NetworkMode": "none",
        "IpcMode": "none",
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "CapAdd": list(KEPT_CAPABILITIES),
        "SecurityOpt": ["no-new-privileges"],
        "PidsLimit": spec.pids,
        "Memory": spec.memory_bytes,
        "MemorySwap": spec.memory_bytes,
        # Where the machine runs out of memory, a sandbox goes first.
        "OomScoreAdj": 500,
        "CpusetCpus": ",".join(map(str, spec.cores)),
        "Ulimits": [_ulimit("core", 0), _ulimit("nofile", 1024)],
        "LogConfig": {"Type": "none", "Config": {}},
        # The backstop where this process cannot remove it: the supervisor ends, and the engine removes.
        "AutoRemove": True,
    }


def _ulimit(name: str, limit: int) -> dict[str, object]:
    return {"Name": name, "Soft": limit, "Hard": limit}
