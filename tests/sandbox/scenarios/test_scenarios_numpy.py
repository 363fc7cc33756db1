"""Programs that import numpy: it is there from the start, and they are held as all are."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from perftui import values
from perftui.errors import EnvironmentLacksError
from perftui.sandbox.choose import open_pool
from perftui.sandbox.docker_model import ImageFacts
from perftui.sandbox.imports import Needs
from perftui.sandbox.pool import WarmPool
from tests.support.lab import Lab

NUMPY = Needs(packages=("numpy",), optional=False)
LOADED = "import sys\nLOADED = 'numpy' in sys.modules\n"


@pytest.fixture(scope="module")
async def docker_pool(sandbox_image: ImageFacts) -> AsyncIterator[WarmPool]:
    """One warm container of the image that has numpy."""
    assert sandbox_image.id
    try:
        async with open_pool("docker", 1, needs=NUMPY) as pool:
            yield pool
    except EnvironmentLacksError as error:
        if "pip cannot fetch" not in str(error):
            raise
        pytest.skip(str(error))


async def test_the_sandbox_says_that_it_has_numpy(pool: WarmPool) -> None:
    (told,) = pool.info.packages
    assert told.startswith("numpy ")


async def test_it_is_loaded_before_a_program_that_imports_it_and_no_other(lab: Lab) -> None:
    program = f"{LOADED}import numpy\ndef f():\n    return LOADED, numpy.__version__\n"
    fact = await lab.one(program)
    assert fact.end == "returned", fact.error_message
    loaded, version = values.decode(fact.output)  # type: ignore[misc]
    assert loaded is True
    assert (await lab.one(f"{LOADED}def f():\n    return LOADED\n")).output == "false"
    assert version.split(".")[0] in {"1", "2"}


async def test_one_that_hides_its_import_has_it_all_the_same(lab: Lab) -> None:
    program = (
        f"{LOADED}numpy = __import__('num' + 'py')\ndef f():\n    return LOADED, int(numpy.sum([1, 2]))\n"
    )
    assert values.decode((await lab.one(program)).output) == (False, 3)


async def test_what_it_gives_crosses(lab: Lab) -> None:
    program = """
import numpy as np
def f(n):
    return [np.int64(n), np.float64(0.5), np.bool_(True), np.array(5), np.arange(n).reshape(2, -1)]
"""
    fact = await lab.one(program, 4)
    array = values.Array((2, 2), [0, 1, 2, 3])
    assert values.decode(fact.output) == [4, 0.5, True, 5, array]


async def test_a_check_may_use_it_too(lab: Lab) -> None:
    check = """
import numpy as np
def check(candidate):
    assert np.allclose(candidate(np.arange(3.0)), [0, 2, 4])
    assert candidate(2.0) == 4
"""
    assert (
        await lab.check("import numpy\ndef f(x):\n    return numpy.asarray(x) * 2\n", check)
    ).end == "returned"


async def test_programs_that_are_compared_both_have_it(lab: Lab) -> None:
    program = f"{LOADED}def f():\n    return LOADED\n"
    assert (await lab.time(program, ())).outputs == ("false",)
    assert (await lab.time(program, (), packages=("numpy",))).outputs == ("true",)
    assert (await lab.time(f"import numpy\n{program}", ())).outputs == ("true",)


async def test_each_process_draws_numbers_of_its_own(lab: Lab) -> None:
    program = "import numpy\nDRAWN = numpy.random.rand()\ndef f():\n    return DRAWN\n"
    assert len({(await lab.one(program)).output for _ in range(4)}) == 4


async def test_it_has_one_thread_and_works_within_the_bounds(lab: Lab) -> None:
    program = """
import threading, numpy as np
def f():
    a = np.random.default_rng(7).random((300, 300))
    np.linalg.svd(a), np.linalg.inv(a + np.eye(300)), np.fft.fft(a), np.sort(a), a @ a
    with open('/proc/self/status') as file:
        return [int(line.split()[1]) for line in file if line.startswith('Threads')]
"""
    assert (await lab.one(program)).output == "[1]"


async def test_memory_is_bounded(lab: Lab) -> None:
    program = "import numpy as np\ndef f():\n    return int(np.ones(1 << 27).sum())\n"
    assert (await lab.one(program)).end == "memory"


async def test_files_stay_closed_to_it(lab: Lab) -> None:
    program = """
import numpy as np
def f():
    try:
        np.save('/tmp/x.npy', np.arange(3))
    except OSError as error:
        return type(error).__name__
"""
    assert values.decode((await lab.one(program)).output) in {"PermissionError", "OSError"}


async def test_a_forbidden_call_is_one_beside_numpy_too(lab: Lab) -> None:
    fact = await lab.one("import os, numpy\ndef f():\n    os.kill(1, 9)\n")
    assert fact.end == "forbidden-call"


async def test_a_stdin_program_may_use_it(lab: Lab) -> None:
    (fact,) = await lab.feed("import numpy as np\nprint(np.array(input().split(), int).sum())\n", "1 2 3\n")
    assert (fact.end, fact.output) == ("returned", "6\n")
