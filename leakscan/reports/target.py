"""Where a report goes: standard output, or a file that appears under its name only when it is complete."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
from typing import BinaryIO

from leakscan.types import LeakscanError

_NAMELESS = getattr(os, "O_TMPFILE", 0)
_NO_NAMELESS = (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL)


class Target:
    """A file that takes its name when it is complete: `commit` puts it there, `discard` drops it.

    Until then it has no name at all where the system can do that, so that neither a kill leaves it behind nor a scan of
    its folder reads it; elsewhere it stands beside its final name. ``-`` is standard output, and what exists and is no
    regular file (``/dev/null``, a pipe) is written directly. A `private` one can be read by its owner only.
    """

    def __init__(self, path: str, *, private: bool = False) -> None:
        self.path = path
        self._final = os.path.realpath(path)
        self._draft = ""
        self._direct = path == "-"
        self.file: BinaryIO
        if self._direct:
            # A buffer of our own: under PYTHONUNBUFFERED Python's is none, and writes to a pipe only what fits.
            self.file = open(sys.stdout.fileno(), "wb", closefd=False)  # noqa: SIM115 - it lives as long as the process
            return
        try:
            self._direct = os.path.lexists(self._final) and not stat.S_ISREG(os.stat(self._final).st_mode)
            handle = os.open(self._final, os.O_WRONLY) if self._direct else self._open(0o600 if private else 0o666)
        except OSError as error:
            raise LeakscanError(f"{path}: cannot be written: {error.strerror}") from None
        self.file = open(handle, "wb")  # noqa: SIM115 - commit and discard close it

    def _open(self, mode: int) -> int:
        folder = os.path.dirname(self._final)
        if _NAMELESS:
            try:
                return os.open(folder, os.O_WRONLY | _NAMELESS, mode)
            except OSError as error:
                if error.errno not in _NO_NAMELESS:
                    raise
        self._draft = self._beside()
        return os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)

    def _beside(self) -> str:
        folder, name = os.path.split(self._final)
        return os.path.join(folder, f".{name[:200]}.{secrets.token_hex(6)}.part")

    def commit(self) -> None:
        """Put the file in place."""
        self.file.flush()
        if self.path == "-":
            return
        if not self._direct:
            if not self._draft:
                draft = self._beside()
                # With a folder handle given, here an unused one, Python asks the system to follow the link in /proc.
                os.link(f"/proc/self/fd/{self.file.fileno()}", draft, src_dir_fd=self.file.fileno())
                self._draft = draft
            os.replace(self._draft, self._final)
            self._draft = ""
        self.file.close()

    def discard(self) -> None:
        """Drop what was written; the file that stood under the name before stays. After `commit` it does nothing."""
        if self.path == "-":
            return
        self.file.close()
        if self._draft:
            os.unlink(self._draft)
            self._draft = ""
