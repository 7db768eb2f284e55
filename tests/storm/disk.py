"""The small disk on which a run's store lies, so that it can be filled and made read-only.

What can be had depends on the machine. With the rights to mount it is a file system of its own
(ext4 in a file); there it can be full, and it takes no write where a file is immutable. Without
them it is a folder like any other: then a limit on the size of files stands for the full disk, and
nothing stands for the read-only one.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
IN_MEMORY = Path("/dev/shm")
"""Where the disk lies, if it is there: no fault here takes away what was handed to the kernel."""


class Disk:
    """A place for a store: `data` is its folder, `is_own` says that it is a disk of its own."""

    def __init__(self, root: Path, *, is_own: bool) -> None:
        self.root = root
        self.is_own = is_own
        self.data = root / "data"
        self._forbidden: list[Path] = []

    # ------------------------------------------------------------ full

    def fill(self, pid: int | None, store: Path) -> None:
        """Leave no room on it; on a folder like any other, let no file of a process grow."""
        if self.is_own:
            with (self.root / "filling").open("ab", buffering=0) as file:
                for size in (1 << 20, 65536, 4096, 512):
                    with contextlib.suppress(OSError):
                        while True:
                            file.write(b"x" * size)
        elif pid is not None:
            sizes = [path.stat().st_size for path in store.glob("rounds.db*")]
            limit = max((size for size in sizes if size), default=0)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def free(self, pid: int | None) -> None:
        """Make room again."""
        (self.root / "filling").unlink(missing_ok=True)
        if not self.is_own and pid is not None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, NO_LIMIT)

    # ------------------------------------------------------------ read-only

    def forbid(self, paths: Sequence[Path]) -> None:
        """Let nobody write there, whoever they are and whatever they have open."""
        self._forbidden = [*paths]
        _run("chattr", "+i", *map(str, paths))

    def allow(self) -> None:
        """Let it be written again."""
        forbidden, self._forbidden = self._forbidden, []
        if forbidden:
            _run("chattr", "-i", *map(str, forbidden))

    # ------------------------------------------------------------ gone

    def take_away(self) -> None:
        """Take the store's folder away."""
        self.data.rename(self.root / "away")

    def bring_back(self) -> None:
        """Put it back, in the place of whatever was made there meanwhile."""
        if self.data.exists():
            shutil.rmtree(self.data)
        (self.root / "away").rename(self.data)


@contextlib.contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Give a disk below `folder` for a block; a disk of its own where that can be had."""
    root = folder / "disk"
    root.mkdir()
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as place:
        if not _mounted(Path(place) / "disk.img", root, megabytes):
            yield Disk(root, is_own=False)
            return
        found = Disk(root, is_own=True)
        try:
            yield found
        finally:
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                found.allow()
            _run("umount", "-l", str(root))


def can_be_own() -> bool:
    """Whether a disk of its own can be had on this machine, with the rights of this process."""
    with tempfile.TemporaryDirectory() as folder, disk(Path(folder), 4) as found:
        return found.is_own


def _mounted(image: Path, root: Path, megabytes: int) -> bool:
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None or shutil.which("chattr") is None:
        return False
    with image.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    try:
        _run("mkfs.ext4", "-q", "-m", "0", str(image))
        _run("mount", "-o", "loop", str(image), str(root))
    except subprocess.CalledProcessError:
        return False
    return True


def _run(*command: str) -> Sequence[str]:
    subprocess.run(command, check=True, capture_output=True)
    return command
