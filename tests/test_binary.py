"""What is no text: its printable runs, and what is not opened at all."""

from __future__ import annotations

import io

from leakscan.formats import binary
from leakscan.scanning import detector, scan_slice
from leakscan.types import Policy, Shard, Slice, Tally

ELF = b"\x7fELF\x02\x01\x01\0" + b"\0" * 56


def test_printable_runs_keep_their_bytes_and_have_no_lines() -> None:
    raw = ELF + b"one\x80\xfftwo\n\0three\x01"
    tally = Tally()
    [block] = binary.blocks(io.BytesIO(raw), Slice(Shard("x", "x", 0)), Policy(), tally)
    [leaf] = block.leaves(0)
    assert leaf.text.split() == ["ELF", "one", "two", "three"]
    at = leaf.text.index("three")
    [[place]] = block.places(0, leaf, [(at, at + 5)])
    assert (place.line, raw[place.byte_start : place.byte_end]) == (None, b"three")
    assert (tally.lines, tally.bytes, tally.gaps) == (0, len(raw), [])


def test_an_archive_is_unread_and_says_so(tmp_path) -> None:
    scanner = detector(Policy(key=b"k"))
    file = tmp_path / "x.zip"
    file.write_bytes(b"PK\x03\x04\x14\0\0\0 jane.okafor@labelworks.com")
    outcome = scan_slice(scanner, Slice(Shard("x.zip", str(file), 40)))
    assert (outcome.tally.format, outcome.tally.unread, outcome.findings) == ("zip", True, [])
    assert [(gap.kind, gap.at) for gap in outcome.tally.gaps] == [("coverage.unsupported", "shard")]
    assert outcome.tally.gaps[0].detail.endswith("not opened")


def test_a_program_is_scanned(tmp_path) -> None:
    scanner = detector(Policy(key=b"k"))
    file = tmp_path / "x.so"
    file.write_bytes(ELF + b"\0jane.okafor@labelworks.com\0")
    outcome = scan_slice(scanner, Slice(Shard("x.so", str(file), 40)))
    assert [(f.rule, f.location.line, f.location.byte_start) for f in outcome.findings] == [("EMAIL_ADDRESS", None, 65)]
    assert outcome.tally.gaps == []
