"""The innocent: what Python, its library and numpy do by themselves is never taken for an attack."""

from __future__ import annotations

import importlib.util

import pytest

from perftui.sandbox.protocol import Limits
from tests.attacks.catalogue import body
from tests.attacks.field import Field
from tests.support.lab import Lab

ROOMY = Limits(test_seconds=30.0, total_seconds=60.0, memory_bytes=2 << 30, output_bytes=1 << 20)

IMPORTS_ALL = body("""
    import importlib, pkgutil, sys, warnings
    SKIPPED = {'antigravity', 'this', 'idlelib', 'turtle', 'turtledemo', 'tkinter', 'test', 'lib2to3'}
    def f():
        warnings.simplefilter('ignore')
        names = getattr(sys, 'stdlib_module_names', None) or [m.name for m in pkgutil.iter_modules()]
        done = 0
        for name in sorted(names):
            if name in SKIPPED or name.startswith('_'): continue
            try:
                importlib.import_module(name)
                done += 1
            except ImportError:
                pass
        return done > 100
    """)
USES_MUCH = body("""
    import array, asyncio, bisect, collections, concurrent.futures, contextlib, copy, ctypes, datetime
    import decimal, faulthandler, fractions, functools, gc, hashlib, heapq, inspect, io, itertools
    import json, locale, math, mmap, multiprocessing, operator, os, pathlib, pickle, platform, queue
    import random, re, resource, sched, secrets, select, shutil, signal, sqlite3, statistics, string
    import struct, subprocess, sys, tempfile, threading, time, traceback, tracemalloc, types, typing
    import uuid, weakref, zlib

    def tried(what):
        try:
            what()
        except (OSError, ValueError, RuntimeError, ImportError, LookupError, AttributeError):
            pass

    def f():
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            assert list(pool.map(abs, [-1, -2])) == [1, 2]
        assert len(mmap.mmap(-1, 4096)) == 4096
        os.urandom(8), secrets.token_hex(), uuid.uuid4(), random.SystemRandom().random()
        time.sleep(0.001), time.process_time(), time.thread_time(), time.get_clock_info('monotonic')
        os.sched_getaffinity(0), os.cpu_count(), os.getpriority(os.PRIO_PROCESS, 0), os.getloadavg()
        resource.getrusage(resource.RUSAGE_SELF), resource.getrlimit(resource.RLIMIT_STACK)
        signal.signal(signal.SIGALRM, lambda *_: None), signal.setitimer(signal.ITIMER_REAL, 0.001)
        signal.raise_signal(signal.SIGALRM), os.kill(os.getpid(), 0)
        signal.pthread_kill(threading.get_ident(), signal.SIGALRM)
        gc.collect(), tracemalloc.start(), tracemalloc.stop()
        ctypes.CDLL(None).getpid(), platform.platform(), locale.getlocale(), os.getlogin
        json.dumps(pickle.loads(pickle.dumps([1]))), hashlib.sha256(b'x').hexdigest(), zlib.crc32(b'x')
        reader, writer = os.pipe()
        select.select([reader], [], [], 0), select.epoll().close(), select.poll()
        sqlite3.connect(':memory:').execute('select 1').fetchall()
        threading.stack_size(1 << 20)
        thread = threading.Thread(target=sys.setrecursionlimit, args=(10_000,))
        thread.start(), thread.join()
        tried(lambda: resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY,) * 2))
        tried(lambda: os.nice(1))
        tried(lambda: subprocess.run(['true']))
        tried(lambda: multiprocessing.Pool(2))
        tried(lambda: multiprocessing.Queue())
        tried(lambda: multiprocessing.Lock())
        tried(lambda: multiprocessing.Value('i'))
        tried(lambda: multiprocessing.Manager())
        tried(lambda: multiprocessing.shared_memory.SharedMemory(create=True, size=64))
        tried(lambda: asyncio.run(asyncio.sleep(0)))
        tried(lambda: tempfile.TemporaryFile())
        tried(lambda: pathlib.Path('out.txt').write_text('x'))
        tried(lambda: os.system('true'))
        tried(lambda: os.popen('true').read())
        tried(lambda: os.fork())
        tried(lambda: uuid.uuid1())
        tried(lambda: uuid.getnode())
        tried(lambda: shutil.disk_usage('/'))
        tried(lambda: os.get_terminal_size())
        tried(lambda: os.openpty())
        tried(lambda: os.memfd_create('x'))
        tried(lambda: os.pidfd_open(os.getpid()))
        tried(lambda: os.setsid())
        tried(lambda: os.umask(0))
        tried(lambda: faulthandler.register(signal.SIGUSR1))
        tried(lambda: __import__('socket').getaddrinfo('localhost', 80))
        tried(lambda: __import__('socket').gethostbyname(__import__('socket').gethostname()))
        tried(lambda: __import__('socket').if_nameindex())
        tried(lambda: __import__('getpass').getuser())
        tried(lambda: __import__('fcntl').flock(os.open('/', os.O_RDONLY), 2))
        return 'innocent'
    """)
USES_NUMPY = body("""
    import numpy
    def f():
        a = numpy.random.default_rng(7).random((300, 300))
        b = a @ a
        numpy.linalg.svd(b), numpy.linalg.eig(a), numpy.fft.fft(a), numpy.sort(a)
        numpy.linalg.inv(a + numpy.eye(300)), numpy.show_config
        numpy.random.seed(1), numpy.random.rand(3), numpy.einsum('ij,jk', a, b), numpy.memmap
        return 'innocent'
    """)


@pytest.mark.parametrize("program", [IMPORTS_ALL, USES_MUCH], ids=["imports", "uses"])
async def test_the_library_is_innocent_in_a_process(process_field: Field, program: str) -> None:
    await _is_innocent(process_field, program)


@pytest.mark.docker
@pytest.mark.parametrize("program", [IMPORTS_ALL, USES_MUCH], ids=["imports", "uses"])
async def test_the_library_is_innocent_in_a_container(docker_field: Field, program: str) -> None:
    await _is_innocent(docker_field, program)


@pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="numpy is not here")
async def test_numpy_is_innocent(process_field: Field) -> None:
    await _is_innocent(process_field, USES_NUMPY)


async def _is_innocent(field: Field, program: str) -> None:
    started = field.pool.started
    async with field.pool.lease() as sandbox:
        fact = await Lab(sandbox).one(program, limits=ROOMY)
    assert (fact.end, fact.error_type, fact.error_message) == ("returned", "", "")
    assert fact.output in {'"innocent"', "true"}
    async with field.pool.lease():
        assert field.pool.started == started
