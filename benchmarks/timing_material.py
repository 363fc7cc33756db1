"""What the timing benchmarks time: references of HumanEval and MBPP on COFFE's stressful inputs."""

from __future__ import annotations

import ast
import builtins
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from perftui.judging.compare import matches
from perftui.preparing.answers import Answering
from perftui.preparing.bench import Bench
from perftui.preparing.prepare import Preparing, answer
from perftui.problems.benchmarks import load_benchmark
from perftui.problems.model import Problem
from perftui.sandbox.choose import SandboxKind, open_pool
from perftui.sandbox.cores import Cores, settle_host, usable_cores
from perftui.sandbox.protocol import Limits, Sandbox, SandboxPool
from perftui.timing.inputs import Known, total_ns, with_room
from perftui.timing.measuring import Work, measure
from perftui.timing.model import Arm, ArmName, Measurement

SETS = {"humaneval": "openai_humaneval", "mbpp": "mbpp"}
"""COFFE's folders, by the benchmark's name."""

MBPP_PROBLEMS = 200


@dataclass(frozen=True)
class Material:
    """A reference that can be timed.

    Attributes:
        name: the problem's.
        program: the reference.
        entry_point: its function.
        inputs: of one pass, from the cheapest to the dearest.
    """

    name: str
    program: str
    entry_point: str
    inputs: tuple[Known, ...]

    @property
    def pass_ns(self) -> int:
        """What a pass costs the reference."""
        return total_ns(self.inputs)


@dataclass(frozen=True)
class Lab:
    """Where benchmarks measure: one sandbox at a time, on the timing core."""

    pool: SandboxPool
    cores: Cores

    async def prepare(self, problem: Problem) -> Material | None:
        """Choose what a problem is timed on, as a run does; None where there is nothing."""
        answering = Answering(Bench(self.pool, self.cores), None, 1 << 30)
        answered = (await answer(answering, problem)).problem
        if not answered.references or answered.entry_point is None:
            return None
        program = answered.references[0]
        preparing = Preparing(answering=answering, problem=answered, reference=program, test_ns={})
        chosen, _ = await preparing.choose(hold_out=False)
        inputs = chosen.shown
        return Material(problem.id, program, answered.entry_point, inputs) if inputs else None

    async def measure(
        self, material: Material, candidate: str, reference: str, *, seed: int, seconds: float
    ) -> Measurement:
        """Measure one program against another on a problem's inputs, off the timing core as a run is."""
        undo = settle_host(self.cores.all)
        try:
            async with self.pool.lease() as sandbox:
                return await self._measure(sandbox, material, (candidate, reference), seed, seconds)
        finally:
            undo()

    async def _measure(
        self, sandbox: Sandbox, material: Material, programs: tuple[str, str], seed: int, seconds: float
    ) -> Measurement:
        candidate, reference = programs
        return await measure(
            sandbox,
            Work.of(material.inputs, material.entry_point),
            [_arm(candidate, "candidate"), _arm(reference, "reference")],
            core=self.cores.timing_core,
            limits=with_room(Limits(), material.inputs),
            budget_seconds=seconds,
            seed=seed,
            check=lambda outputs: _difference(material, outputs),
            on_progress=lambda _done, _until: None,
            clock=time.monotonic,
        )


@asynccontextmanager
async def open_lab(kind: SandboxKind) -> AsyncIterator[Lab]:
    """A lab with sandboxes of a kind."""
    async with open_pool(kind, slots=1) as pool:
        if pool.info.clock == "none":
            raise SystemExit("this system has no clock for other processes: nothing can be measured")
        yield Lab(pool, Cores(usable_cores()))


def read_problems(folder: Path) -> list[Problem]:
    """HumanEval's problems, and the first MBPP_PROBLEMS of MBPP's, with COFFE's stressful inputs.

    Args:
        folder: COFFE's, with `openai_humaneval` and `mbpp`.
    """
    found: list[Problem] = []
    for name, part in SETS.items():
        place = folder / part
        benchmark = load_benchmark(name, place / "data.jsonl.gz", place / "stressful_testcases.json.gz")
        found += benchmark.problems[: MBPP_PROBLEMS if name == "mbpp" else None]
    return found


def _arm(program: str, name: ArmName) -> Arm:
    return Arm(names=(name,), candidate=f"{hash(program)}", program=program)


def _difference(material: Material, outputs: Sequence[str]) -> str | None:
    """What is wrong with outputs; a program that is timed on fewer inputs has the cheapest ones."""
    for known, output in zip(material.inputs, outputs, strict=False):
        test = known.test
        if (why := matches(test.expected, output, test.comparison)) is not None:
            return f"{test.name}: {why}"
    return None


def rename(program: str, entry_point: str, suffix: str) -> str:
    """The same program with its functions and local names changed, so that the text differs.

    The entry point keeps its old name as a second one.
    """
    tree = ast.parse(program)
    changed = _own_names(tree)
    renamed = ast.unparse(_Renamer({name: name + suffix for name in changed}).visit(tree))
    return f"{renamed}\n\n{entry_point} = {entry_point}{suffix}\n"


def _own_names(tree: ast.Module) -> set[str]:
    """Functions, and the names that functions bind; nothing that could be reached from elsewhere."""
    own: set[str] = set()
    for outer in tree.body:
        if not isinstance(outer, ast.FunctionDef):
            continue
        for node in ast.walk(outer):
            if isinstance(node, ast.FunctionDef):
                own.add(node.name)
            elif isinstance(node, ast.arg):
                own.add(node.arg)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                own.add(node.id)
    kept = {name for node in ast.walk(tree) for name in _kept_by(node)}
    return own - kept - set(dir(builtins))


def _kept_by(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.alias):
        return [(node.asname or node.name).split(".")[0]]
    if isinstance(node, ast.keyword):
        return [node.arg] if node.arg else []
    if isinstance(node, ast.ExceptHandler):
        return [node.name] if node.name else []
    if isinstance(node, ast.ClassDef):
        return [node.name, *(inner.name for inner in node.body if isinstance(inner, ast.FunctionDef))]
    return []


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._names.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self._names.get(node.arg, node.arg)
        self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self._names.get(node.name, node.name)
        self.generic_visit(node)
        return node

    def visit_Global(self, node: ast.Global) -> ast.Global:
        return ast.Global([self._names.get(name, name) for name in node.names])

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.Nonlocal:
        return ast.Nonlocal([self._names.get(name, name) for name in node.names])
