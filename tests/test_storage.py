"""From the names a user gives to shards, and to what of them cannot be read."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from leakscan.storage import Lost, expand, lost, open_shard
from leakscan.types import LeakscanError, Shard

NOBODY = 65534


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def unprivileged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory of a user whom permissions bind."""
    with tempfile.TemporaryDirectory() as name:
        root = os.geteuid() == 0
        if root:
            os.chown(name, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, 0)
        monkeypatch.chdir(name)
        yield Path(name)
        if root:
            os.setresuid(0, 0, 0)
        monkeypatch.undo()


def write(path: str, content: bytes = b"x") -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content)


def uris(*paths: str) -> list[str]:
    items = list(expand(paths))
    assert [item for item in items if isinstance(item, Lost)] == []
    return [item.uri for item in items]


def test_a_file_is_itself(here: Path) -> None:
    write("a.jsonl", b"12345")
    assert list(expand(["a.jsonl"])) == [Shard("a.jsonl", "a.jsonl", 5)]
    assert list(expand([f"{here}/a.jsonl"])) == [Shard(f"{here}/a.jsonl", f"{here}/a.jsonl", 5)]


def test_a_directory_is_walked_by_name_with_hidden_files_and_without_git(here: Path) -> None:
    for name in ("d/b", "d/a/z", "d/a.txt", "d/.hidden", "d/.cache/y", "d/.git/config", "d/e/.git/x", "d/.gitignore"):
        write(name)
    expected = ["d/.cache/y", "d/.gitignore", "d/.hidden", "d/a/z", "d/a.txt", "d/b"]
    assert uris("d") == uris("d/") == expected
    assert uris("d/.git", "d/e/.git") == ["d/.git/config", "d/e/.git/x"]


def test_a_worktrees_git_file_is_a_file(here: Path) -> None:
    write("d/.git")
    assert uris("d") == ["d/.git"]


def test_names_keep_their_order_and_may_repeat(here: Path) -> None:
    write("b")
    write("a")
    assert uris("b", "a", "b") == ["b", "a", "b"]


def test_an_empty_directory_has_no_shards(here: Path) -> None:
    assert uris(str(here)) == []


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = object()

    monkeypatch.setattr("sys.stdin", Input)
    (shard,) = expand(["-"])
    assert shard == Shard("-", "-", 0)
    assert open_shard(Shard("-", "-", 0)) is Input.buffer  # type: ignore[comparison-overlap]


def test_globs(here: Path) -> None:
    for name in ("x/b.jsonl", "x/a.jsonl", "x/.c.jsonl", "x/d.csv", "y/a.jsonl", "x/.git/q.jsonl"):
        write(name)
    assert uris("x/*.jsonl") == ["x/.c.jsonl", "x/a.jsonl", "x/b.jsonl"]
    assert uris("?/a.json[l]") == ["x/a.jsonl", "y/a.jsonl"]
    assert uris("*") == ["x/.c.jsonl", "x/a.jsonl", "x/b.jsonl", "x/d.csv", "y/a.jsonl"]
    assert uris("x/*") == ["x/.c.jsonl", "x/a.jsonl", "x/b.jsonl", "x/d.csv"]
    assert list(expand(["x/.git*"])) == [Lost("x/.git*", "missing", "no file matches the pattern")]
    assert uris("*/.git") == ["x/.git/q.jsonl"]


def test_deep_globs_name_every_file_once_and_follow_no_circle(here: Path) -> None:
    for name in ("d/a.csv", "d/x/b.csv", "d/x/y/c.csv", "d/x/y/c.txt", "d/.git/d.csv"):
        write(name)
    assert uris("d/**/*.csv") == ["d/a.csv", "d/x/b.csv", "d/x/y/c.csv"]
    assert uris("**/*.csv") == ["./d/a.csv", "./d/x/b.csv", "./d/x/y/c.csv"]
    assert uris(f"{here}/**/y/*") == [f"{here}/d/x/y/c.csv", f"{here}/d/x/y/c.txt"]
    assert uris("d/**/x/**/*.csv") == ["d/x/b.csv", "d/x/y/c.csv"]
    assert uris("d/**") == ["d/a.csv", "d/x/b.csv", "d/x/y/c.csv", "d/x/y/c.txt"]
    os.symlink("..", "d/x/up")
    assert [item.uri for item in expand(["d/**/*.csv"]) if isinstance(item, Shard)] == [
        "d/a.csv",
        "d/x/b.csv",
        "d/x/y/c.csv",
    ]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(here: Path) -> None:
    write("a[1].txt")
    write("a1.txt")
    assert uris("a[1].txt") == ["a[1].txt"]


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("nothing", "no such file or directory"),
        ("", "no such file or directory"),
        ("a/b/c", "no such file or directory"),
        ("*.jsonl", "no file matches the pattern"),
        ("d/**/*.jsonl", "no file matches the pattern"),
    ],
)
def test_what_is_not_there_is_missing(here: Path, path: str, detail: str) -> None:
    assert list(expand([path])) == [Lost(path, "missing", detail)]


def test_links_are_followed_under_the_name_they_are_reached_by(here: Path) -> None:
    write("hub/blobs/4d7a", b"1234")
    Path("hub/snapshots/main/data").mkdir(parents=True)
    os.symlink("../../../blobs/4d7a", "hub/snapshots/main/data/train.jsonl")
    os.symlink("main", "hub/snapshots/v1")
    assert list(expand(["hub/snapshots"])) == [
        Shard("hub/snapshots/main/data/train.jsonl", "hub/snapshots/main/data/train.jsonl", 4),
        Shard("hub/snapshots/v1/data/train.jsonl", "hub/snapshots/v1/data/train.jsonl", 4),
    ]


def test_dangling_and_circular_links_are_lost(here: Path) -> None:
    Path("d").mkdir()
    os.symlink("gone", "d/a")
    os.symlink("b", "d/b")
    dangling = Lost("d/a", "missing", "a symbolic link to nothing")
    circular = Lost("d/b", "unreadable", os.strerror(errno.ELOOP).lower())
    assert list(expand(["d"])) == [dangling, circular]
    assert list(expand(["d/a", "d/b", "d/*"])) == [dangling, circular, dangling, circular]


def test_loops_of_directories_are_walked_once(here: Path) -> None:
    write("d/e/f")
    os.symlink("..", "d/e/up")
    os.symlink(".", "d/self")
    os.symlink("e", "d/twin")  # no loop: the same files under another name
    reason = "a link back to a directory above it, which is scanned there"
    assert list(expand(["d"])) == [
        Shard("d/e/f", "d/e/f", 1),
        Lost("d/e/up", "note", reason),
        Lost("d/self", "note", reason),
        Shard("d/twin/f", "d/twin/f", 1),
        Lost("d/twin/up", "note", reason),
    ]


def test_special_files_are_skipped_and_never_opened(here: Path) -> None:
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert list(expand([".", "/dev/null"])) == [
            Lost("./pipe", "skipped", "a named pipe, not a file"),
            Lost("./socket", "skipped", "a socket, not a file"),
            Lost("/dev/null", "skipped", "a character device, not a file"),
        ]


def test_what_may_not_be_read_is_named(unprivileged: Path) -> None:
    write("d/file")
    write("d/closed/x")
    write("d/open")
    os.chmod("d/file", 0)
    os.chmod("d/closed", 0)
    file, closed = (Lost(f"d/{name}", "unreadable", "permission denied") for name in ("file", "closed"))
    assert list(expand(["d"])) == [closed, file, Shard("d/open", "d/open", 1)]
    assert list(expand(["d/file", "d/closed", "d/closed/x", "d/**/*"])) == [
        file,
        closed,
        Lost("d/closed/x", "unreadable", "permission denied"),
        closed,
        file,
        Shard("d/open", "d/open", 1),
    ]
    with pytest.raises(PermissionError) as caught:
        open_shard(Shard("d/file", "d/file", 1))
    assert lost(Shard("d/file", "d/file", 1), caught.value) == file
    os.chmod("d/closed", 0o700)


def test_names_that_are_not_utf8_survive(here: Path) -> None:
    Path("d").mkdir()
    with open(b"d/caf\xe9.txt", "wb") as file:
        file.write(b"abc")
    os.symlink(b"none", b"d/\xff")
    shard, dangling = expand(["d"])
    assert isinstance(shard, Shard)
    assert shard.uri == "d/caf\\xe9.txt"
    assert dangling == Lost("d/\\xff", "missing", "a symbolic link to nothing")
    with open_shard(shard) as stream:
        assert stream.read() == b"abc"


def test_depth_costs_no_recursion(here: Path) -> None:
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    write("x")
    os.chdir(here)
    (item,) = expand(["."])
    # 3000 characters of path are within the limit of the system, 1500 frames would not be
    assert item == Shard("./" + "d/" * 1500 + "x", "./" + "d/" * 1500 + "x", 1)
    subprocess.run(["rm", "-r", "d"], check=True)  # pytest's own tidying recurses


@pytest.mark.parametrize("uri", ["s3://key:hunter2@bucket/x", "hf://datasets/x", "https://h.example/x?sig=hunter2"])
def test_other_storage_is_refused_at_once_without_repeating_its_name(uri: str) -> None:
    with pytest.raises(LeakscanError) as caught:
        expand(["a", uri])
    assert str(caught.value) == f"{uri.partition('//')[0]}//…: storage other than local files is not supported yet"


def test_shards_are_read_in_pieces_and_can_seek(here: Path) -> None:
    write("a", b"0123456789")
    (shard,) = expand(["a"])
    assert isinstance(shard, Shard)
    with open_shard(shard) as stream:
        assert (stream.read(3), stream.seekable(), stream.seek(8), stream.read(9)) == (b"012", True, 8, b"89")


def test_an_error_in_reading_is_named() -> None:
    shard = Shard("a", "a", 1)
    assert lost(shard, OSError(errno.EIO, "Input/output error")) == Lost("a", "unreadable", "input/output error")
    assert lost(shard, OSError("?")) == Lost("a", "unreadable", "cannot be read")
