"""Whether the other end of an idle connection has gone, without waiting for anything."""

from __future__ import annotations

import os
import socket

from anyio.abc import ByteStream, SocketAttribute


def has_hung_up(stream: ByteStream) -> bool:
    """Whether a connection on which nothing is expected has been closed by the other end.

    A stream that is no connection, such as a pair of pipes, never tells.
    """
    found = stream.extra(SocketAttribute.raw_socket, None)  # noqa: S610 - no Django here
    if found is None:
        return False
    try:
        # The event loop's own wrapper of a TCP socket cannot be read from; a copy of its descriptor can.
        with socket.socket(fileno=os.dup(found.fileno())) as copy:
            return not copy.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True
