"""What is said of a damaged archive: what is known, and nothing that is not."""

from __future__ import annotations

import gzip
import random
import tarfile
from pathlib import Path

import pytest

from tests.export.test_archives import FILES, IDENTITY, TO_SOMEBODY, WORDS, repacked, write
from zulip_bridge.export import Difference, Keys, Packaging, verify_export
from zulip_bridge.export import age as age_format
from zulip_bridge.export.packaging import ARCHIVES, Format

TEXT = random.Random(1).randbytes(3_000_000)
LARGE = {"user.json": b"{}", "uploads/1/a.bin": TEXT, "uploads/1/b.bin": TEXT[::-1], "uploads/records.json": b"[]"}
JUNK = [b"x", b"junk" * 3_000, b"PK\x03\x04", b"\x1f\x8b", b"\x00\x00\x01"]
NOT_COMPARED = (
    "; what follows, the manifest among it, was not checked, and what precedes could not be compared with it."
)
CHECKED = "Its files were read and compared; "
FOLLOWS = CHECKED + "something that does not belong to it follows after its end."


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of work for each passphrase is for those who guess."""
    monkeypatch.setattr(age_format, "WORK_FACTOR", 10)


def found_in(place: Path) -> list[Difference]:
    return verify_export(place, Keys(WORDS.text, (IDENTITY,)))


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("junk", JUNK)
def test_junk_behind_a_whole_archive_is_named(tmp_path: Path, kind: Format, junk: bytes) -> None:
    """Its files were checked; and no more is said than that."""
    place = tmp_path / "out"
    write(place, Packaging(kind), FILES)
    place.write_bytes(place.read_bytes() + junk)
    (found,) = found_in(place)
    assert (found.kind, found.path) == ("archive", "out")
    if kind == "zip" or junk[:2] != b"\x1f\x8b":
        assert found.sentence == FOLLOWS
    else:
        assert found.sentence.startswith(CHECKED)


def test_a_changed_file_is_named_where_junk_follows_too(tmp_path: Path) -> None:
    """One does not hide the other."""
    place = tmp_path / "out"
    write(place, Packaging("tar.gz"), FILES)

    def change(files: dict[str, bytes]) -> None:
        files["out/messages-000001.json"] = b'{"zerver_message": {}}'
        del files["out/user.json"]

    repacked(place, change)
    place.write_bytes(place.read_bytes() + b"junk")
    assert {(each.kind, each.path) for each in found_in(place)} == {
        ("archive", "out"),
        ("missing", "user.json"),
        ("changed", "messages-000001.json"),
    }
    assert FOLLOWS in [each.sentence for each in found_in(place)]


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("encryption", [None, WORDS, TO_SOMEBODY])
def test_where_it_was_cut_off_is_said_in_one_sentence(tmp_path: Path, kind: Format, encryption: object) -> None:
    """Not that the manifest is not there: nobody knows."""
    place = tmp_path / "out"
    write(place, Packaging(kind, encryption), LARGE)  # type: ignore[arg-type]
    place.write_bytes(place.read_bytes()[:4_500_000])
    (found,) = found_in(place)
    assert (found.kind, found.path) == ("archive", "out")
    assert found.sentence.startswith("It could not be read beyond uploads/1/a.bin (")
    assert found.sentence.endswith(NOT_COMPARED)


@pytest.mark.parametrize("kind", ["tar.gz", "tar.zst"])
def test_damage_in_the_middle_ends_what_can_be_read(tmp_path: Path, kind: Format) -> None:
    """Inside the first file; compressed text cannot be taken up again behind it."""
    place = tmp_path / "out"
    words = b"".join(
        b"%d is a number, and %d another\n" % (number, number * 7919 % 99991) for number in range(99_999)
    )
    write(place, Packaging(kind), {"messages-000001.json": words, **LARGE})
    data = place.read_bytes()
    place.write_bytes(data[:20_000] + b"\xff" * 3_000 + data[23_000:])
    (found,) = found_in(place)
    # Wrong bytes may be taken for a file's by the one, and are noticed by the other.
    beyond = "messages-000001.json" if kind == "tar.gz" else "its beginning"
    assert found.sentence.startswith(f"It could not be read beyond {beyond} (the archive is damaged: ")
    assert "the manifest is" not in found.sentence and "not there" not in found.sentence


def test_a_damaged_file_in_a_zip_does_not_hide_the_others(tmp_path: Path) -> None:
    """They are compressed one by one, so that reading goes on with the next."""
    place = tmp_path / "out"
    write(place, Packaging("zip"), LARGE)
    data = bytearray(place.read_bytes())
    data[1_000_000] ^= 0x41
    place.write_bytes(data)
    assert [(each.kind, each.path) for each in found_in(place)] == [("unreadable", "uploads/1/a.bin")]


def test_a_damaged_manifest_in_a_zip_is_said_to_be_so(tmp_path: Path) -> None:
    """It is there, and cannot be read."""
    place = tmp_path / "out"
    write(place, Packaging("zip"), LARGE)
    data = bytearray(place.read_bytes())
    data[data.index(b"manifest.json") + 60] ^= 0x41
    place.write_bytes(data)
    (found,) = found_in(place)
    assert (found.kind, found.path) == ("manifest", "manifest.json")
    assert "is damaged" in found.sentence and "not there" not in found.sentence


def test_a_damaged_end_of_a_zip_leaves_the_files_checked(tmp_path: Path) -> None:
    """The directory there repeats what was read."""
    place = tmp_path / "out"
    write(place, Packaging("zip"), LARGE)
    data = place.read_bytes()
    for broken in (data[:-5], data[:-30] + b"\xff" + data[-29:]):
        place.write_bytes(broken)
        (found,) = found_in(place)
        assert found.sentence.startswith(CHECKED + "its end is not as it was written (")


def test_a_damaged_header_of_a_tar_is_not_taken_for_its_end(tmp_path: Path) -> None:
    """Python's reader stops there without a word."""
    place = tmp_path / "out"
    write(place, Packaging("tar.gz"), LARGE)
    data = bytearray(gzip.decompress(place.read_bytes()))
    data[data.index(b"/uploads/1/b.bin")] ^= 0x41
    place.write_bytes(data)
    (found,) = found_in(place)
    assert found.sentence.startswith("It could not be read beyond uploads/1/a.bin (the archive is damaged: ")
    assert found.sentence.endswith(NOT_COMPARED)


def test_what_is_not_there_is_not_there(tmp_path: Path) -> None:
    """An archive that was read to its end, without a manifest."""
    with tarfile.open(tmp_path / "out", "w:gz") as archive:
        member = tarfile.TarInfo("out/user.json")
        archive.addfile(member)
    assert [(each.path, each.sentence) for each in found_in(tmp_path / "out")] == [
        ("manifest.json", "It is not there.")
    ]


def test_files_behind_the_place_are_not_said_to_be_missing(tmp_path: Path) -> None:
    """Somebody packed it again with the manifest first."""
    write(tmp_path / "out.zip", Packaging("tar.gz"), LARGE)
    with tarfile.open(tmp_path / "out.zip") as old, tarfile.open(tmp_path / "out", "w:gz") as new:
        members = [each for each in old if each.isfile()]
        for member in [members[-1], *members[:-1]]:
            new.addfile(member, old.extractfile(member))
    (tmp_path / "out").write_bytes((tmp_path / "out").read_bytes()[:4_500_000])
    (found,) = found_in(tmp_path / "out")
    assert found.sentence.startswith("It could not be read beyond uploads/1/a.bin (")
    assert found.sentence.endswith("; what follows was not checked.")


def test_a_file_that_only_begins_as_an_archive(tmp_path: Path) -> None:
    """No manifest is said to be in it."""
    write(tmp_path / "whole", Packaging("tar.gz"), FILES)
    for content in (b"\x1f\x8b", b"PK\x03\x04", (tmp_path / "whole").read_bytes()[:90]):
        (tmp_path / "out").write_bytes(content)
        (found,) = found_in(tmp_path / "out")
        assert found.kind == "archive" and "manifest" not in found.sentence
        assert found.sentence.endswith("; nothing of it was checked.")
