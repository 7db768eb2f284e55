"""One connection to a PostgreSQL server: how it is opened, and what its failures mean."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg
from asyncpg import exceptions as pg

from bot.store.address import Address
from bot.store.errors import StoreError, Unavailable

CONNECTS_WITHIN = 5.0
"""Seconds for one try to connect."""

PATIENCE = 5.0
"""Seconds for which a server that cannot be reached is tried again, before somebody is told."""

OLDEST = 13
"""The major version of PostgreSQL that is needed: the oldest that tells a transaction's fate."""

_ONLY_LIBPQ = {
    "channel_binding",
    "connect_timeout",
    "gssencmode",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "sslcompression",
    "sslsni",
    "tcp_user_timeout",
}
"""Options that providers write into addresses and that mean nothing to asyncpg.

It would hand them to the server as settings of its own, which it does not have.
"""

# Every statement finds its rows by an index. A plan from when a table was small, or from before
# its rows were counted, would read all of them, again and again as the table grows.
# A server that has not heard of us for 20 s, or for 10 s where it waits for an answer, lets go of
# what we hold. What a host switched off is switched on: a commit is on the disk when it returns.
_SETTINGS = (
    "SET enable_seqscan = off; SET jit = off; "
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3; "
    "SET tcp_user_timeout = 10000; SET lock_timeout = 10000; SET client_min_messages = error; "
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off'"
)
_WRITERS = "SET idle_in_transaction_session_timeout = 5000"
"""A process that was frozen in the middle of a transaction does not hold up the others for long."""


class Line(asyncpg.Connection):
    """A connection that notices within some seconds that the server's machine has gone."""

    __slots__ = ()
    _transport: asyncio.Transport  # of asyncpg's own

    def watch_over(self) -> None:
        """Let the operating system ask whether the other side is there; not for local sockets."""
        taken = self._transport.get_extra_info("socket")
        if taken is None or taken.family not in (socket.AF_INET, socket.AF_INET6):
            return
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (
            ("TCP_KEEPIDLE", 5),
            ("TCP_KEEPINTVL", 2),
            ("TCP_KEEPCNT", 3),
            ("TCP_USER_TIMEOUT", 10_000),
        ):
            if hasattr(socket, name):
                with contextlib.suppress(OSError):  # not on every system
                    taken.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _for_asyncpg(address: Address) -> str:
    parts = urlsplit(address.text)
    options = parse_qsl(parts.query, keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in options if name not in _ONLY_LIBPQ])
    return parts._replace(query=kept).geturl()


async def connect(address: Address, *, writes: bool = False) -> Line:
    """Open a connection; `writes`: its transactions may not rest for more than 5 s.

    Raises what asyncpg raises, and StoreError where the database cannot hold chats.
    """
    line = await asyncpg.connect(
        _for_asyncpg(address),
        timeout=CONNECTS_WITHIN,
        connection_class=Line,
        server_settings={"application_name": "rounds"},
    )
    try:
        line.watch_over()
        _must_serve(line, address)
        await line.execute(f"{_SETTINGS}; {_WRITERS}" if writes else _SETTINGS)
    except BaseException:
        line.terminate()
        raise
    return line


async def connect_patiently(
    address: Address, patience: float = PATIENCE, *, writes: bool = False
) -> Line:
    """Do as `connect`, and try again for `patience` seconds while the server is away.

    Raises Unavailable afterwards, and StoreError at once where no time can help.
    """
    pause = 0.05
    while True:
        try:
            return await connect(address, writes=writes)
        except Exception as error:
            if cause(error) is None:
                raise
            if not is_passing(error):
                raise StoreError(told(error, address)) from error
            patience -= CONNECTS_WITHIN if isinstance(error, TimeoutError) else pause
            if patience <= 0:
                raise Unavailable(told(error, address)) from error
        await asyncio.sleep(pause)
        pause = min(1.0, pause * 2)


async def hang_up(line: Line) -> None:
    """Close a connection within two seconds, whatever state it is in."""
    try:
        await line.close(timeout=2)
    except Exception:
        line.terminate()


def _must_serve(line: Line, address: Address) -> None:
    """Raise StoreError where a server cannot hold what people write."""
    version, encoding = line.get_server_version(), line.get_settings().server_encoding
    if version.major < OLDEST:
        raise StoreError(
            f"The database {address} is on PostgreSQL {version.major}. Rounds needs "
            f"PostgreSQL {OLDEST} or newer."
        )
    if encoding != "UTF8":
        raise StoreError(
            f"The database {address} has the encoding {encoding}, which cannot hold what "
            "people write. Make one with UTF8: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE "
            "template0"
        )


# ---------------------------------------------------------------- failures


_UNENCRYPTED = "offers no encryption, which sslmode in DATABASE_URL asks for."


def _is_unencrypted(error: BaseException) -> bool:
    return isinstance(error, ConnectionError) and "rejected SSL" in str(error)  # it has no number


def is_lost(error: BaseException) -> bool:
    """Whether a connection can no longer be used, because it was cut or its server went."""
    return isinstance(
        error,
        pg.PostgresConnectionError
        | pg.InterfaceError
        | pg.InternalClientError  # it was told to go while it rested
        | pg.AdminShutdownError
        | pg.CrashShutdownError
        | pg.CannotConnectNowError
        | pg.IdleInTransactionSessionTimeoutError
        | pg.ReadOnlySQLTransactionError  # a server that was the first and is so no more
        | OSError  # TimeoutError among them
        | EOFError,
    ) and not isinstance(error, ssl.SSLCertVerificationError)


def is_passing(error: BaseException) -> bool:
    """Whether what kept a connection from being opened may be over soon."""
    if isinstance(error, pg.ClientConfigurationError | socket.gaierror | ssl.SSLError):
        return False
    if _is_unencrypted(error):
        return False
    return is_lost(error) or isinstance(error, pg.TooManyConnectionsError)


_CAUSES: Sequence[tuple[type[BaseException] | tuple[type[BaseException], ...], str]] = (
    (pg.InvalidPasswordError, "refuses the user or the password. Correct DATABASE_URL."),
    (
        pg.InvalidAuthorizationSpecificationError,
        "refuses this user here. Correct DATABASE_URL; it may want ?sslmode=require at its end.",
    ),
    (pg.InvalidCatalogNameError, "is not there. Make it, or correct DATABASE_URL."),
    (
        pg.TooManyConnectionsError,
        "has too many connections. End what else uses it, or allow more: Rounds takes up to 20.",
    ),
    (pg.CannotConnectNowError, "is starting or stopping. Try again in a moment."),
    (
        pg.ReadOnlySQLTransactionError,
        "can only be read; it may be a copy. Name the one that can be written in DATABASE_URL.",
    ),
    (
        pg.LockNotAvailableError,
        "has been written by another process for ten seconds. Is one of them stuck?",
    ),
    (pg.DiskFullError, "has no room left on its disk. Make room there."),
    (
        (pg.InsufficientPrivilegeError, pg.InvalidSchemaNameError),
        "does not let this user make or use tables. Allow it: GRANT ALL ON SCHEMA public TO ...",
    ),
    (
        (pg.CantChangeRuntimeParamError, pg.UndefinedObjectError, pg.InvalidParameterValueError),
        "does not know an option in DATABASE_URL, after its question mark. Take it out.",
    ),
    (pg.ClientConfigurationError, "cannot be used with the options in DATABASE_URL. Correct them."),
    (
        ssl.SSLCertVerificationError,
        "shows a certificate that is not trusted. Name its root in DATABASE_URL: ?sslrootcert=FILE",
    ),
    (ssl.SSLError, "does not agree about encryption. Correct sslmode in DATABASE_URL."),
    (socket.gaierror, "is on a host that nobody knows. Correct DATABASE_URL."),
    (FileNotFoundError, "needs a file that is not there: its socket, or one in DATABASE_URL."),
    (ConnectionRefusedError, "refuses connections. Is the server running, and is its port right?"),
    (TimeoutError, "does not answer. Is its host right, and does a firewall stand between?"),
)


def cause(error: BaseException) -> str | None:
    """Say what keeps a database from being used, as the rest of a sentence; None: no such thing.

    The server's own words are left out: they may quote rows.
    """
    for kind, sentence in _CAUSES:
        if isinstance(error, kind):
            return sentence
    if is_lost(error):
        return _UNENCRYPTED if _is_unencrypted(error) else "cannot be reached."
    if isinstance(
        error,
        pg.InsufficientResourcesError | pg.OperatorInterventionError | pg.PostgresSystemError,
    ):
        return f"cannot work ({re.sub(r'(?<!^)(?=[A-Z])', ' ', type(error).__name__).lower()})."
    return None


def told(error: BaseException, address: Address) -> str:
    """Say that a database cannot be used, and what to do."""
    return f"The database {address} {cause(error) or 'cannot be used.'}"
