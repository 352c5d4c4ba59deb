"""Compressed streams: all that can be decompressed comes out, and the tally says what could not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import shutil
import subprocess
import tracemalloc
import zlib
from collections.abc import Callable
from typing import BinaryIO, cast

import lz4.frame
import pytest
import zstandard
from hypothesis import assume, given
from hypothesis import strategies as st

from leakscan.compression import decompressor, open_decompressed, peek
from leakscan.types import Gap, Policy, Tally

TEXT = b"".join(b'{"n": %d, "text": "some words, %x"}\n' % (n, n * 2654435761 % 2**32) for n in range(20_000))
NOISE = random.Random(1).randbytes(300_000)
POLICY = Policy()


def zstd(data: bytes, **options: int) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, **options)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(data)


def lz4_frame(data: bytes) -> bytes:
    return cast(bytes, lz4.frame.compress(data, content_checksum=True))


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": lambda data: zstd(data, write_checksum=1),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    "lz4": lz4_frame,
}
BOTH_ENDS = [name for name in COMPRESS if name != "lzma"]
"""Those that have a checksum and can be concatenated."""
SKIPPABLE = b"\x5a\x2a\x4d\x18" + (100_000).to_bytes(4, "little") + bytes(100_000)


def read(data: bytes, policy: Policy = POLICY, size: int = 100_000) -> tuple[bytes, Tally]:
    """All that comes out of `data`, whose compression is sniffed."""
    tally = Tally()
    stream = open_decompressed(io.BytesIO(data), decompressor(data[:64]), policy, tally)
    parts = []
    while part := stream.read(size):
        parts.append(part)
    assert all(len(part) == size for part in parts[:-1])
    assert stream.read(size) == b""
    return b"".join(parts), tally


def clean(data: bytes) -> bytes:
    out, tally = read(data)
    assert (tally.gaps, tally.notes, tally.unread) == ([], [], False)
    return out


# -- which one it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("data", [b"", b"x", TEXT], ids=len)
def test_compression_is_told_by_the_first_bytes(name: str, data: bytes) -> None:
    assert decompressor(COMPRESS[name](data)[:64]) == name


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x1f",
        b"\x1f\x8b",
        b'{"a": 1}',
        b"BZh9 is how bzip2 begins",
        b"]\0\0\x80\0 is a bracket",
        b"]\0\0\x80\0" + b"\xff" * 8,
        b"PAR1\x15\0",
        b"PK\x03\x04",
    ],
)
def test_other_bytes_are_not_compressed(head: bytes) -> None:
    assert decompressor(head) == ""


def test_a_skippable_frame_belongs_to_what_follows() -> None:
    skippable = b"\x50\x2a\x4d\x18\x05\0\0\0hello"
    assert decompressor(skippable + zstd(b"x" * 99)) == "zstd"
    assert decompressor(skippable + lz4_frame(b"x")) == "lz4"
    assert decompressor(SKIPPABLE[:64]) == "zstd"


@pytest.mark.parametrize(
    ("tool", "name"), [("gzip", "gzip"), ("bzip2", "bzip2"), ("xz", "xz"), ("zstd", "zstd"), ("lz4", "lz4")]
)
def test_what_the_tools_write_is_read(tool: str, name: str) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    data = subprocess.run([tool, "-c"], input=TEXT, capture_output=True, check=True).stdout
    assert decompressor(data) == name
    assert clean(data) == TEXT


# -- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("data", [b"", b"x", TEXT, NOISE, bytes(5_000_000)], ids=len)
def test_data_come_out_as_they_went_in(name: str, data: bytes) -> None:
    assert clean(COMPRESS[name](data)) == data


@pytest.mark.parametrize("name", COMPRESS)
@given(data=st.binary(max_size=300), size=st.integers(1, 40))
def test_reads_give_exactly_what_was_asked_for(name: str, data: bytes, size: int) -> None:
    assume(not decompressor(data))
    out, tally = read(COMPRESS[name](data), size=size)
    assert (out, tally.gaps) == (data, [])


@pytest.mark.parametrize("name", BOTH_ENDS)
def test_members_are_read_one_after_the_other(name: str) -> None:
    pieces = [TEXT[at : at + 997] for at in range(0, 100_000, 997)]
    pieces[3:3] = [b"", TEXT, b""]
    assert clean(b"".join(map(COMPRESS[name], pieces))) == b"".join(pieces)


@pytest.mark.parametrize("name", ["gzip", "xz"])
@pytest.mark.parametrize("padding", [4, 512, 200_000])
def test_zero_bytes_between_and_behind_members_are_padding(name: str, padding: int) -> None:
    member, zeros = COMPRESS[name](TEXT), bytes(padding)
    assert clean(member + zeros + member + zeros) == TEXT + TEXT


@pytest.mark.parametrize("name", ["zstd", "lz4"])
def test_skippable_frames_are_skipped(name: str) -> None:
    frame = COMPRESS[name](TEXT)
    out, tally = read(frame + SKIPPABLE + frame + SKIPPABLE[:8].replace(b"\xa0\x86\1", bytes(3)))
    assert (out, tally.gaps) == (TEXT + TEXT, [])


def test_a_stream_may_begin_with_skippable_frames() -> None:
    assert clean(SKIPPABLE + SKIPPABLE + zstd(TEXT)) == TEXT


def test_zstd_of_every_shape_is_read() -> None:
    assert clean(zstd(TEXT, write_content_size=0)) == TEXT
    assert clean(zstd(TEXT, write_checksum=1, window_log=10)) == TEXT
    assert clean(zstd(bytes(50), write_checksum=1)) == bytes(50)
    flushed = zstandard.ZstdCompressor().compressobj()
    pieces = [
        flushed.compress(line) + flushed.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for line in TEXT.splitlines(True)
    ]
    assert clean(b"".join(pieces) + flushed.flush()) == TEXT


def test_a_stream_that_gives_little_at_a_time_changes_nothing() -> None:
    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 501, 501))

    for name, compress in COMPRESS.items():
        tally = Tally()
        stream = open_decompressed(Dribble(compress(TEXT)), name, POLICY, tally)
        assert (stream.read(), tally.gaps) == (TEXT, [])


def test_the_stream_is_a_raw_stream() -> None:
    class Source(io.BytesIO):
        pass

    source = Source(gzip.compress(TEXT))
    stream = open_decompressed(source, "gzip", POLICY, Tally())
    assert (stream.readable(), stream.seekable()) == (True, False)
    buffer = bytearray(1000)
    assert cast(io.RawIOBase, stream).readinto(buffer) == 1000
    assert buffer == TEXT[:1000]
    assert io.BufferedReader(cast(io.RawIOBase, stream)).readline() == TEXT[1000:].splitlines(True)[0]
    stream.close()
    assert source.closed


# -- nesting -----------------------------------------------------------------------------------------------------


def test_compression_is_undone_three_times() -> None:
    thrice = gzip.compress(zstd(lz4_frame(TEXT)))
    assert clean(thrice) == TEXT
    out, tally = read(bz2.compress(thrice))
    assert out == lz4_frame(TEXT)
    assert tally.gaps == [
        Gap("coverage.unsupported", "byte 0", "compressed more than 3 times over; read as it is"),
    ]


def test_content_that_only_looks_like_a_number_of_magic_bytes_is_content() -> None:
    assert clean(gzip.compress(b"\x1f\x8b")) == b"\x1f\x8b"


# -- what goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPRESS)
def test_truncated_data_give_all_that_is_there(name: str) -> None:
    whole = COMPRESS[name](NOISE)
    for cut in (len(whole) - 1, len(whole) - 9, len(whole) // 2):
        out, tally = read(whole[:cut])
        assert NOISE.startswith(out)
        assert tally.gaps == [Gap("coverage.truncated", f"byte {len(out)}", f"the {name} data end too early")]
        assert tally.unread is (not out)
        if name == "bzip2":
            continue  # all or nothing of a block
        assert len(out) > min(cut * len(NOISE) // len(whole), len(NOISE)) - 140_000


@pytest.mark.parametrize("name", ["gzip", "zstd", "lz4", "xz"])
def test_a_missing_checksum_is_a_truncation_and_costs_no_data(name: str) -> None:
    out, tally = read(COMPRESS[name](b"secret")[:-1])
    assert out == b"secret"
    assert tally.gaps == [Gap("coverage.truncated", "byte 6", f"the {name} data end too early")]


@pytest.mark.parametrize("name", COMPRESS)
def test_a_stump_of_a_header_is_a_truncation(name: str) -> None:
    tally = Tally()
    stream = open_decompressed(io.BytesIO(COMPRESS[name](TEXT)[:5]), name, POLICY, tally)
    assert stream.read(10) == b""
    assert tally.gaps == [Gap("coverage.truncated", "byte 0", f"the {name} data end too early")]
    assert tally.unread


@pytest.mark.parametrize("name", BOTH_ENDS)
def test_a_second_member_cut_in_its_magic_number_is_a_truncation(name: str) -> None:
    member = COMPRESS[name](TEXT)
    out, tally = read(member + member[:2])
    assert out == TEXT
    assert [gap.kind for gap in tally.gaps] == ["coverage.truncated"]


@pytest.mark.parametrize(("name", "back"), [("gzip", 8), ("zstd", 4), ("lz4", 4), ("xz", 28)])
@pytest.mark.parametrize("data", [b"secret", TEXT, NOISE], ids=len)
def test_a_wrong_checksum_costs_no_data(name: str, back: int, data: bytes) -> None:
    broken = bytearray(COMPRESS[name](data))
    broken[-back] ^= 1
    out, tally = read(bytes(broken))
    lost = {"xz": 1 << 12, "lz4": 1 << 18}.get(name, 0) if len(data) > 1 << 16 else 0
    assert data.startswith(out)
    assert len(data) - len(out) <= lost
    assert tally.gaps == [
        Gap("coverage.decode_error", f"byte {len(out)}", f"the {name} data are corrupt or their checksum is wrong")
    ]


def test_a_wrong_checksum_of_bzip2_costs_one_byte() -> None:
    broken = bytearray(bz2.compress(b"secret"))
    broken[11] ^= 1  # the checksum of the block
    out, tally = read(bytes(broken))
    assert out == b"secre"
    assert [gap.kind for gap in tally.gaps] == ["coverage.decode_error"]


@pytest.mark.parametrize("name", COMPRESS)
def test_corrupt_data_give_what_stands_before_and_never_raise(name: str) -> None:
    whole = COMPRESS[name](TEXT)
    rng = random.Random(name)
    for _ in range(8):
        broken = bytearray(whole)
        for _ in range(3):
            broken[rng.randrange(20, len(broken))] = rng.randrange(256)
        out, tally = read(bytes(broken))
        kinds = {gap.kind for gap in tally.gaps}
        assert kinds <= {"coverage.decode_error", "coverage.truncated", "coverage.skipped", "coverage.unsupported"}
        assert kinds or out == TEXT or name == "lzma"


def test_corruption_in_gzip_costs_nothing_in_front_of_it() -> None:
    deflate = zlib.compressobj(wbits=31)
    good = deflate.compress(TEXT) + deflate.flush(zlib.Z_FULL_FLUSH)
    out, tally = read(good + b"\xff" * 20)
    assert out == TEXT
    assert tally.gaps == [
        Gap("coverage.decode_error", f"byte {len(TEXT)}", "the gzip data are corrupt or their checksum is wrong")
    ]


@pytest.mark.parametrize("name", BOTH_ENDS)
def test_what_stands_behind_is_said_to_be_unread(name: str) -> None:
    out, tally = read(COMPRESS[name](TEXT) + b"and more, in plain")
    assert out == TEXT
    assert tally.gaps == [
        Gap(
            "coverage.skipped",
            f"byte {len(TEXT)}",
            f"what stands behind the {name} data is something else; it was not read",
        )
    ]
    assert not tally.unread


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("zstd", "the zstd data need more than 128 MiB of memory"),
        ("xz", "the xz data need more than 128 MiB of memory"),
    ],
)
def test_windows_beyond_the_memory_bound_are_not_read(name: str, detail: str) -> None:
    if name == "zstd":
        stream = zstandard.ZstdCompressor(
            compression_params=zstandard.ZstdCompressionParameters(window_log=28)
        ).compressobj()
        data = stream.compress(NOISE) + stream.flush()
    else:
        head = bytearray(lzma.compress(b"x" * 100))
        assert head[12:17] == b"\x02\x00\x21\x01\x16"
        head[16] = 37  # a dictionary of 1.5 GiB
        head[20:24] = zlib.crc32(head[12:20]).to_bytes(4, "little")
        data = bytes(head)
    out, tally = read(data)
    assert out == b""
    assert tally.gaps == [Gap("coverage.unsupported", "byte 0", detail)]
    assert tally.unread


def test_a_window_at_the_memory_bound_is_read() -> None:
    stream = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=27)
    ).compressobj()
    assert clean(stream.compress(NOISE) + stream.flush()) == NOISE


def test_zstd_with_a_dictionary_is_not_supported() -> None:
    words = zstandard.train_dictionary(1000, [b"some words %d" % n for n in range(1000)])
    out, tally = read(zstandard.ZstdCompressor(dict_data=words).compress(TEXT))
    assert out == b""
    assert tally.gaps == [Gap("coverage.unsupported", "byte 0", "the zstd data need a dictionary")]


@pytest.mark.parametrize(
    ("head", "name"),
    [(b"\x1f\x9d\x90", "compress"), (b"\x02\x21\x4c\x18", "legacy lz4"), (b"LZIP\x01", "lzip")],
)
def test_old_compressions_are_named_not_read(head: bytes, name: str) -> None:
    out, tally = read(head + NOISE)
    assert out == b""
    assert tally.gaps == [Gap("coverage.unsupported", "byte 0", f"{name} compression is not supported")]
    assert tally.unread


def test_an_error_of_the_storage_ends_the_stream() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 65_536:
                raise OSError(5, "Input/output error")
            return super().read(size)

    tally = Tally()
    stream = open_decompressed(Failing(gzip.compress(NOISE)), "gzip", POLICY, tally)
    out = stream.read()
    assert NOISE.startswith(out)
    assert len(out) > 60_000
    assert tally.gaps == [
        Gap("coverage.unreadable", "stored byte 65536", "Input/output error"),
        Gap("coverage.truncated", f"byte {len(out)}", "the gzip data end too early"),
    ]


# -- bombs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gzip", "zstd", "bzip2", "xz", "lzma"])
def test_a_bomb_is_read_until_it_is_one(name: str) -> None:
    data = COMPRESS[name](bytes(40_000_000))
    out, tally = read(data)
    limit = max(8 << 20, 250 * min(len(data), 1 << 16))
    assert limit < len(out) <= limit + (1 << 18)
    assert out == bytes(len(out))
    assert tally.gaps == [Gap("coverage.bomb", f"byte {len(out)}", "expands more than 250 to 1; the rest was not read")]
    assert not tally.unread


def test_a_bomb_in_layers_is_measured_by_what_is_stored() -> None:
    data = gzip.compress(gzip.compress(bytes(30_000_000)))
    out, tally = read(data)
    assert len(data) < 300
    assert len(out) == (8 << 20) + (1 << 18)
    assert [gap.kind for gap in tally.gaps] == ["coverage.bomb"]


def test_the_ratio_is_the_policys() -> None:
    data = gzip.compress(bytes(20_000_000))
    assert clean_with(data, Policy(max_ratio=1100)) == bytes(20_000_000)
    out, tally = read(data, Policy(max_ratio=1))
    assert (8 << 20) < len(out) <= (8 << 20) + (1 << 18)
    assert [gap.kind for gap in tally.gaps] == ["coverage.bomb"]


def clean_with(data: bytes, policy: Policy) -> bytes:
    out, tally = read(data, policy)
    assert tally.gaps == []
    return out


def test_little_data_is_no_bomb_whatever_its_ratio() -> None:
    assert clean(gzip.compress(bytes(8 << 20))) == bytes(8 << 20)


@pytest.mark.parametrize("name", COMPRESS)
def test_one_read_never_holds_much_more_than_it_gives(name: str) -> None:
    data = COMPRESS[name](bytes(20_000_000))
    policy = Policy(max_ratio=10**6)
    stream = open_decompressed(io.BytesIO(data), name, policy, Tally())
    tracemalloc.start()
    while stream.read(1 << 16):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


# -- peek --------------------------------------------------------------------------------------------------------


def test_a_peeked_stream_still_begins_with_its_head() -> None:
    plain = io.BytesIO(b"0123456789")
    plain.seek(1)
    head, same = peek(plain, 4)
    assert (head, same is plain, plain.read()) == (b"1234", True, b"123456789")


@pytest.mark.parametrize("size", [0, 1, 4, 10, 99])
@pytest.mark.parametrize("steps", [[-1], [2, -1], [4, 4, 4], [99], [10], [0, 11]])
def test_a_pipe_can_be_peeked(size: int, steps: list[int]) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"0123456789")
    os.close(writer)
    with open(reader, "rb", buffering=0) as pipe:
        head, stream = peek(cast(BinaryIO, pipe), size)
        assert head == b"0123456789"[:size]
        assert b"".join(stream.read(step) for step in [*steps, -1]) == b"0123456789"
        assert stream.read(1) == b""
