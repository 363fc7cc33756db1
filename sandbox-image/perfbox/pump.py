"""One loop that moves all bytes: to and from children, and from the host while a job runs."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable

from perfbox import frames
from perfbox.host_link import HostLink


class StoppedError(Exception):
    """The host wants no more of this job."""


class Pump:
    """Serves descriptors until a condition holds or a deadline comes."""

    def __init__(self, host: HostLink) -> None:
        self.job = 0
        self._host = host
        self._selector = selectors.DefaultSelector()
        self._selector.register(host.reader, selectors.EVENT_READ, self._read_host)

    def run_until(self, done: Callable[[], bool], deadline_ns: int) -> bool:
        """Move bytes; False where the deadline (monotonic) came before `done`.

        Raises:
            StoppedError: the host asked to stop.
            HostGoneError: the host is gone.
        """
        while not done():
            now = time.monotonic_ns()
            if now >= deadline_ns:
                return False
            for key, _ in self._selector.select(self._patience_ns(deadline_ns, now) / 1e9):
                key.data()
        return True

    def watch(self, descriptor: int, event: int, ready: Callable[[], object]) -> None:
        """Call `ready` whenever the descriptor is."""
        self._selector.register(descriptor, event, ready)

    def forget(self, descriptor: int) -> None:
        """Watch it no more; harmless where it is not watched."""
        if descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)

    def _patience_ns(self, deadline_ns: int, now: int) -> int:
        """How long to wait for anything to happen; what waits for the host goes out in time."""
        due_ns = self._host.due_ns
        if due_ns is None:
            return deadline_ns - now
        if due_ns <= now:
            self._host.flush()
            return deadline_ns - now
        return min(due_ns, deadline_ns) - now

    def _read_host(self) -> None:
        self._host.read()
        message = self._host.take_control()
        while message is not None:
            kind, control = message
            # A stop that crossed the end of its own job on the way is of no interest.
            if kind == "s" and control.get("job") == self.job:
                raise StoppedError
            message = self._host.take_control()


class Inlet:
    """A pipe from a child: calls `on_data` as bytes come, and closes at its end."""

    def __init__(self, pump: Pump, descriptor: int, on_data: Callable[[bytes], None]) -> None:
        self._pump = pump
        self._descriptor = descriptor
        self._on_data = on_data
        self.ended = False
        os.set_blocking(descriptor, False)
        pump.watch(descriptor, selectors.EVENT_READ, self.drain_once)

    def drain_once(self) -> bool:
        """Read what is there, at most one chunk; whether there was something."""
        if self.ended:
            return False
        try:
            data = os.read(self._descriptor, frames.CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._on_data(data)
        else:
            self.close()
        return bool(data)

    def close(self) -> None:
        """Stop reading; harmless when called again."""
        if not self.ended:
            self.ended = True
            self._pump.forget(self._descriptor)
            os.close(self._descriptor)


class Outlet:
    """A pipe to a child; what it does not take at once waits."""

    def __init__(self, pump: Pump, descriptor: int) -> None:
        self._pump = pump
        self._descriptor = descriptor
        self._waiting = memoryview(b"")
        self._close_after = False
        self._closed = False
        os.set_blocking(descriptor, False)

    def send(self, data: bytes) -> None:
        """Write, now or as the child reads."""
        if self._closed:
            return
        if self._waiting:
            self._waiting = memoryview(bytes(self._waiting) + data)
            return
        self._waiting = memoryview(data)
        self._write()
        if self._waiting:
            self._pump.watch(self._descriptor, selectors.EVENT_WRITE, self._write)

    def finish(self) -> None:
        """Close once everything is written."""
        self._close_after = True
        if not self._waiting:
            self.close()

    def close(self) -> None:
        """Close now; harmless when called again."""
        if not self._closed:
            self._closed = True
            self._pump.forget(self._descriptor)
            os.close(self._descriptor)

    def _write(self) -> None:
        try:
            while self._waiting:
                self._waiting = self._waiting[os.write(self._descriptor, self._waiting) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._waiting = memoryview(b"")
            self.close()
            return
        self._pump.forget(self._descriptor)
        if self._close_after:
            self.close()
