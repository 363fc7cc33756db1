"""Recorded programs judged by perftui, beside what their publishers say of them: Markdown.

    python benchmarks/published.py DATA [--only NAME]... [--sandbox docker|process]

DATA is a folder with the files that `docs/published.md` names. Each set is judged with `perftui evaluate
--no-timing`; of replies that are no programs yet, the program is found by the extraction that runs use. What
is told is the rate of each set, and every program of which perftui and its publisher say different things.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perftui.problems.benchmarks import load_benchmark
from perftui.problems.coffe_prompts import function_in, task_in, words
from perftui.refine.extraction import Extracted, extract
from perftui.text import one_line

TRIED = 6
"""So many solutions of a problem of APPS were tried when the sample was made."""

SEEDS = ("gpt-3.5-turbo-0613", "codellama", "starcoder")


@dataclass(frozen=True)
class Given:
    """A recorded program.

    Attributes:
        task: the problem's id.
        program: whole, or what follows the stub.
        said: whether its publisher says that it is right; None where nothing is said.
        whole: whether it is whole.
    """

    task: str
    program: str
    said: bool | None
    whole: bool = True


@dataclass(frozen=True)
class Set:
    """Recorded programs for one benchmark.

    Attributes:
        name: for people.
        benchmark: as the command line names it.
        data: its file or folder, within the data.
        read: gives the programs.
        own: gives the records of a benchmark that is made for the set, in place of that file.
    """

    name: str
    benchmark: str
    data: str
    read: Callable[[Path], Iterator[Given]]
    own: Callable[[Path], Iterator[dict[str, Any]]] | None = None


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The records of JSON lines, gzip or not."""
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    yield from map(json.loads, text.decode().splitlines())


def humaneval(file: str) -> Callable[[Path], Iterator[Given]]:
    """Programs with a verdict in the records."""

    def read(data: Path) -> Iterator[Given]:
        for row in rows(data / "recorded" / file):
            yield Given(row["task_id"], row["solution"], row["is_solved"])

    return read


def reflexion(data: Path) -> Iterator[Given]:
    """Programs for MBPP, whose number is in their name."""
    for row in rows(data / "recorded" / "mbpp-reflexion.jsonl.gz"):
        yield Given(f"Mbpp/{row['name'].split('_')[1]}", row["solution"], row["is_solved"])


def reflexion_tests(data: Path) -> Iterator[dict[str, Any]]:
    """The tests in the records of Reflexion, as HumanEval writes them: they are MBPP's in other types."""
    for row in rows(data / "recorded" / "mbpp-reflexion.jsonl.gz"):
        check = row["test"].partition("def test_check")[0]
        yield {
            "task_id": f"Mbpp/{row['name'].split('_')[1]}",
            "prompt": row["prompt"],
            "entry_point": row["entry_point"],
            "canonical_solution": "    pass\n",
            "test": check,
        }


def pairs(data: Path) -> Iterator[Given]:
    """Slow and fast programs, all of which passed HumanEval's tests; some are bodies alone."""
    for row in rows(data / "recorded" / "humaneval-slow-fast-pairs.jsonl.gz"):
        for side in ("slow", "fast"):
            code = row[side]["code"]
            yield Given(row["task_id"], code, said=True, whole=not code.lstrip("\n").startswith((" ", "\t")))


def apps(data: Path) -> Iterator[Given]:
    """The solutions that were tried when the sample was made, with whether they were seen to pass."""
    for row in rows(data / "apps" / "apps_sample.jsonl.gz"):
        known = set(row["verified_solution_idx"])
        for place, program in enumerate(json.loads(row["solutions"] or "[]")[:TRIED]):
            yield Given(f"apps/{row['problem_id']}", program, place in known)


def coffe(benchmark: str, folder: str, file: str) -> Callable[[Path], Iterator[Given]]:
    """The programs in replies that are keyed by prompts; nothing is said of them."""

    def read(data: Path) -> Iterator[Given]:
        keyed = json.loads(gzip.decompress((data / "recorded" / file).read_bytes()))
        replies = {
            function_in(prompt) or words(task_in(prompt)): texts[0] for prompt, (texts, _) in keyed.items()
        }
        for problem in load_benchmark(benchmark, data / "coffe" / folder).problems:
            reply = replies.get(problem.title) or replies.get(words(problem.statement))
            if reply is not None:
                found = extract(reply, problem)
                yield Given(problem.id, found.code if isinstance(found, Extracted) else "", None)

    return read


SETS = (
    *(
        Set(
            f"HumanEval, {name}",
            "humaneval",
            "humaneval/HumanEval.jsonl.gz",
            humaneval(f"humaneval-ldb-seed-{name}.jsonl.gz"),
        )
        for name in SEEDS
    ),
    Set(
        "HumanEval, gpt-3.5-turbo-0613, debugged",
        "humaneval",
        "humaneval/HumanEval.jsonl.gz",
        humaneval("humaneval-ldb-rounds-gpt-3.5-turbo-0613.jsonl.gz"),
    ),
    Set("HumanEval, slow and fast pairs", "humaneval", "humaneval/HumanEval.jsonl.gz", pairs),
    Set("MBPP, Reflexion", "mbpp", "mbpp/sanitized-mbpp.json", reflexion),
    Set("Reflexion, by the tests in its records", "humaneval", "", reflexion, reflexion_tests),
    Set("APPS, solutions of the sample", "apps", "apps/apps_sample.jsonl.gz", apps),
    Set(
        "COFFE of HumanEval, Llama 3.1 405B",
        "coffe-humaneval",
        "coffe/openai_humaneval",
        coffe("coffe-humaneval", "openai_humaneval", "coffe-function-llama-3.1-405b.json.gz"),
    ),
    Set(
        "COFFE of MBPP, Llama 3.1 405B",
        "coffe-mbpp",
        "coffe/mbpp",
        coffe("coffe-mbpp", "mbpp", "coffe-function-llama-3.1-405b.json.gz"),
    ),
    Set(
        "COFFE for stdin, Llama 3.1 405B",
        "coffe-file",
        "coffe/file",
        coffe("coffe-file", "file", "coffe-file-llama-3.1-405b.json.gz"),
    ),
)


def judged(recorded: Set, given: list[Given], data: Path, sandbox: str) -> list[dict[str, Any]]:
    """What `perftui evaluate` says of each program, in order."""
    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder) / "samples.jsonl"
        lines = (
            {"task_id": one.task, "solution" if one.whole else "completion": one.program} for one in given
        )
        samples.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        command = [sys.executable, "-m", "perftui", "evaluate", recorded.benchmark]
        benchmark = data / recorded.data
        if recorded.own is not None:
            benchmark = Path(folder) / "own.jsonl"
            benchmark.write_text("".join(f"{json.dumps(row)}\n" for row in recorded.own(data)))
        command += ["--data", str(benchmark), "--samples", str(samples), "--no-timing"]
        command += ["--format", "json", "--db", f"{folder}/runs.db", "--sandbox", sandbox]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)
        if not done.stdout:
            raise SystemExit(f"{recorded.name}: perftui evaluate ended with {done.returncode}")
        results: list[dict[str, Any]] = json.loads(done.stdout)["results"]
        return results


def told(recorded: Set, given: list[Given], results: list[dict[str, Any]]) -> tuple[str, list[str]]:
    """A line of the table, and a line for each program of which different things are said."""
    ours = [result["verdict"] == "correct" for result in results]
    said = [one.said for one in given if one.said is not None]
    theirs = f"{sum(said)} ({sum(said) / len(said):.1%})" if said else "not told"
    lines = []
    for one, result, right in zip(given, results, ours, strict=True):
        if one.said is not None and one.said is not right:
            word = "right" if one.said else "wrong"
            reason = one_line(f"{result['verdict']}: {result['reason']}", 160).replace("|", "\\|")
            lines.append(f"| {recorded.name} | {one.task} | {word} | {reason} |")
        elif one.said is None and not right:
            reason = one_line(f"{result['verdict']}: {result['reason']}", 160).replace("|", "\\|")
            lines.append(f"| {recorded.name} | {one.task} | | {reason} |")
    rate = f"{sum(ours)} ({sum(ours) / len(ours):.1%})"
    return f"| {recorded.name} | {len(given)} | {theirs} | {rate} | {len(lines) if said else ''} |", lines


def main() -> None:
    """Judge the sets, and print a table of rates and one of differences."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", action="append", help="Only sets with this in their name.")
    parser.add_argument("--sandbox", choices=["docker", "process"], default="docker")
    flags = parser.parse_args()
    rates, differences = [], []
    for recorded in SETS:
        if flags.only and not any(part in recorded.name for part in flags.only):
            continue
        given = list(recorded.read(flags.data))
        rate, lines = told(recorded, given, judged(recorded, given, flags.data, flags.sandbox))
        print(rate, file=sys.stderr, flush=True)
        rates.append(rate)
        differences += lines
    print("| programs | count | right, their publisher says | right, perftui says | different |")
    print("|---|---|---|---|---|")
    print("\n".join(rates))
    print("\n| programs | problem | its publisher says | perftui says |\n|---|---|---|---|")
    print("\n".join(differences))


if __name__ == "__main__":
    main()
