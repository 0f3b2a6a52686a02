"""How the hot loops are compiled: numba, without the GIL, cached by the hash of our own sources.

Numba notices a change in the file of a cached function but not in the functions it calls from
other files. The cache therefore lives in a directory named after a hash of every module of the
package, so that neither an edit nor an upgrade can meet stale machine code, and so that an
installation in a read-only place still caches.

Numba is imported when the first loop is defined: a single budget calls the same steps as plain
Python and need not wait for it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

PACKAGE = Path(__file__).parent
F = TypeVar("F", bound=Callable[..., Any])


def source_hash() -> str:
    """SHA-256 (first 16 hex digits) over the package's Python sources, by relative name."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_directory() -> Path:
    """Where compiled code is kept: the user's cache, or a temporary directory if that is closed."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"])
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    root = (Path(base) if base else Path.home() / ".cache") / "ips-econ"
    target = root / source_hash()
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError:
        target = Path(tempfile.gettempdir()) / "ips-econ" / target.name
        target.mkdir(parents=True, exist_ok=True)
    return target


_waiting: list[Callable[..., Any]] = []
"""Steps that numba has not been told of yet."""


@lru_cache
def _numba() -> Any:
    """Numba, with our cache directory."""
    import numba

    numba.config.CACHE_DIR = str(cache_directory())  # type: ignore[attr-defined]
    return numba


def _tell_numba() -> Any:
    """Make every step defined so far known to numba, and return it."""
    from numba.extending import register_jitable

    numba = _numba()
    while _waiting:
        register_jitable(_waiting.pop())
    return numba


def compiled(function: F) -> F:
    """Compile a loop: no GIL, cached, exact IEEE arithmetic (no fastmath)."""
    return cast(F, _tell_numba().njit(cache=True, nogil=True)(function))


def compiled_without_allocation(function: F) -> F:
    """Compile a loop that only indexes arrays it is given.

    Numba counts references to arrays at every hand-over; a loop that makes no array needs none of
    it, and the walk is a sixth faster without. Division by zero gives inf or nan as in numpy.
    """
    build = _tell_numba().njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
    return cast(F, build(function))


def step(function: F) -> F:
    """Mark a scalar rule: plain Python when called from Python, compiled inside a loop.

    Numba is told of it at once if it is loaded, otherwise when the first loop is defined.
    """
    _waiting.append(function)
    if _numba.cache_info().currsize:
        _tell_numba()
    return function


def is_cached(function: Any) -> bool:
    """Whether machine code for a compiled loop of these sources is already on disk."""
    return any(cache_directory().rglob(f"*{function.__name__}*.nbc"))
