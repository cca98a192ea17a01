"""Archives, without a server: what goes in comes out, with the usual tools and through verify."""

from __future__ import annotations

import gzip
import io
import os
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.export.support import leftovers
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.export import Difference, Keys, Packaging, Passphrase, Recipients, verify_export
from zulip_bridge.export import age as age_format
from zulip_bridge.export import manifest as manifests
from zulip_bridge.export import spool as spools
from zulip_bridge.export.archive import PartialArchive
from zulip_bridge.export.container import WrittenFile
from zulip_bridge.export.creating import create
from zulip_bridge.export.keys import read_identities, read_recipients
from zulip_bridge.export.packaging import ARCHIVES, Format

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

IDENTITY = pyrage.x25519.Identity.generate()
SECRET = "correct horse battery"
WORDS = Passphrase(SECRET)
TO_SOMEBODY = Recipients((str(IDENTITY.to_public()),))
Files = dict[str, bytes]
FILES: Files = {
    "user.json": b'{"zerver_userprofile": [{"full_name": "Marta Heavy"}]}' * 50,
    "messages-000001.json": b'{"zerver_message": []}',
    "uploads/2/ab/straße ☃.txt": os.urandom(70_000),
    "uploads/2/ab/empty": b"",
    "uploads/records.json": b"[]",
    "avatars/2/" + "n" * 200: b"x",
}


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of work for each passphrase is for those who guess."""
    monkeypatch.setattr(age_format, "WORK_FACTOR", 10)


def write(place: Path, packaging: Packaging, files: Files, chunk: int = 50_000) -> str | None:
    """An archive with these files and a manifest that lists them; its sha256."""
    container = create(place, packaging)
    try:
        written = []
        for path, data in files.items():
            file = container.begin(path)
            for start in range(0, len(data), chunk):
                file.write(memoryview(data)[start : start + chunk])
            written.append(WrittenFile(path, *container.end(1_700_000_000.25)))
        listed = [{"path": each.path, "size": each.size, "sha256": each.sha256} for each in written]
        manifest = {"format": manifests.FORMAT, "format_version": manifests.FORMAT_VERSION, "files": listed}
        return container.finish(manifests.encode(manifest)).sha256
    except BaseException:
        container.discard()
        raise


def unpacked(data: bytes, kind: Format) -> Files:
    """Contents of an archive by path, read with Python's own modules."""
    if kind == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            assert packed.testzip() is None
            return {each.filename: packed.read(each) for each in packed.infolist() if not each.is_dir()}
    plain = gzip.decompress(data) if kind == "tar.gz" else zstd.decompress(data)
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        files = {each.name: archive.extractfile(each) for each in archive if each.isfile()}
        return {name: file.read() for name, file in files.items() if file is not None}


def without_top(files: Files, top: str) -> Files:
    assert all(name.startswith(f"{top}/") for name in files)
    found = {name.removeprefix(f"{top}/"): data for name, data in files.items()}
    manifest = found.pop("manifest.json")
    assert {each["path"] for each in orjson.loads(manifest)["files"]} == set(found)
    return found


@pytest.mark.parametrize("kind", ARCHIVES)
def test_the_usual_tools_find_what_went_in(tmp_path: Path, kind: Format) -> None:
    place = tmp_path / f"acme-66.{kind}"
    write(place, Packaging(kind), FILES)
    assert without_top(unpacked(place.read_bytes(), kind), "acme-66") == FILES
    assert verify_export(place) == []
    assert leftovers(tmp_path) == [place.name]


@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_what_is_unpacked_is_readable_by_the_owner_alone(tmp_path: Path, kind: Format) -> None:
    place = tmp_path / f"out.{kind}"
    write(place, Packaging(kind), FILES)
    tool = ["tar", "-xzf"] if kind == "tar.gz" else [sys.executable, "-c", UNZIP]
    subprocess.run([*tool, str(place)], cwd=tmp_path, check=True)
    found = list((tmp_path / "out").rglob("*"))
    assert len([each for each in found if each.is_file()]) == len(FILES) + 1
    for each in [tmp_path / "out", *found]:
        assert stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600)
        if each.is_file() and each.name != "manifest.json":
            assert each.stat().st_mtime == 1_700_000_000


UNZIP = """
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as packed:
    for each in packed.infolist():
        path = packed.extract(each)
        os.chmod(path, each.external_attr >> 16 & 0o7777)
        if not each.is_dir():
            os.utime(path, (1700000000, 1700000000))
"""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(ARCHIVES),
    encryption=st.sampled_from([None, WORDS, TO_SOMEBODY]),
    memory=st.sampled_from([100, 65_536, 1 << 20]),
    chunk=st.sampled_from([7, 4_096, 1 << 20]),
    files=st.dictionaries(
        st.lists(st.text("abcé☃ .~", min_size=1, max_size=8), min_size=1, max_size=3).map("/".join),
        st.one_of(
            st.binary(max_size=2_000),
            st.builds(lambda each, times: each * times, st.binary(min_size=1), st.integers(0, 9_999)),
        ),
        max_size=6,
    ),
)
def test_every_archive_comes_through_verify(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: Format,
    encryption: Passphrase | Recipients | None,
    memory: int,
    chunk: int,
    files: Files,
) -> None:
    files = {path: data for path, data in files.items() if can_be_written(path, files)}
    monkeypatch.setattr(spools, "MEMORY_BYTES", memory)
    place = tmp_path / f"out.{kind}"
    place.unlink(missing_ok=True)
    write(place, Packaging(kind, encryption), files, chunk)
    assert verify_export(place, Keys(SECRET, (IDENTITY,))) == []
    data = place.read_bytes()
    if encryption == WORDS:
        data = pyrage.passphrase.decrypt(data, SECRET)
    elif encryption == TO_SOMEBODY:
        data = pyrage.decrypt(data, [IDENTITY])
    assert without_top(unpacked(data, kind), "out") == files


def can_be_written(path: str, among: Files) -> bool:
    parts = path.split("/")
    above = {"/".join(parts[:count]) for count in range(1, len(parts))}
    return path != "manifest.json" and not {".", ".."} & set(parts) and not above & set(among)


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("encryption", [None, WORDS, TO_SOMEBODY])
def test_a_changed_or_shortened_archive_is_found_out(
    tmp_path: Path, kind: Format, encryption: Passphrase | Recipients | None
) -> None:
    place = tmp_path / "out"
    write(place, Packaging(kind, encryption), FILES)
    data = place.read_bytes()
    # Time, flags and system in gzip's header are covered by nothing, and mean nothing.
    unprotected = range(3, 10) if kind == "tar.gz" and encryption is None else range(0)
    places = [each for each in (*range(40), *range(40, len(data), 997), len(data) - 1) if each not in unprotected]
    for each in places:
        place.write_bytes(data[:each] + bytes([data[each] ^ 0x41]) + data[each + 1 :])
        assert found_out(place), each
    for length in (*range(0, len(data), 4_999), len(data) - 1):
        place.write_bytes(data[:length])
        assert found_out(place), length
    for more in (b"x", data, b"PK"):
        place.write_bytes(data + more)
        assert found_out(place)


def found_out(place: Path) -> bool:
    try:
        return bool(verify_export(place, Keys(SECRET, (IDENTITY,))))
    except StewardError as error:
        # A header that names other keys cannot be told from one that was changed.
        return error.kind is ErrorKind.INVALID


def repacked(place: Path, change: Callable[[dict[str, bytes]], None]) -> list[Difference]:
    """Differences of a tar.gz whose members were changed by somebody who knows how to pack one."""
    files = unpacked(place.read_bytes(), "tar.gz")
    change(files)
    with tarfile.open(place, "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name.removesuffix("#"))
            member.size = len(data)
            if data == b"-> link":
                member.type, member.linkname, member.size = tarfile.SYMTYPE, "/etc/passwd", 0
            archive.addfile(member, io.BytesIO(data))
    return verify_export(place)


def test_every_difference_is_named(tmp_path: Path) -> None:
    place = tmp_path / "out.tar.gz"
    write(place, Packaging("tar.gz"), FILES)

    def change(files: Files) -> None:
        files["out/user.json"] = files["out/user.json"].replace(b"Marta", b"Maria")
        del files["out/uploads/2/ab/empty"]
        files["out/messages-000001.json"] += b" "
        files["out/notes.txt"] = b"new"
        files["out/uploads/records.json"] = b"-> link"
        files["out/user.json#"] = b"again"
        files["elsewhere"] = b"beside"

    assert {(each.kind, each.path) for each in repacked(place, change)} == {
        ("changed", "user.json"),
        ("missing", "uploads/2/ab/empty"),
        ("size", "messages-000001.json"),
        ("extra", "notes.txt"),
        ("type", "uploads/records.json"),
        ("extra", "user.json"),
        ("extra", "elsewhere"),
    }


def test_a_changed_manifest_in_an_archive_is_said_to_be_so(tmp_path: Path) -> None:
    place = tmp_path / "out.tar.gz"
    write(place, Packaging("tar.gz"), FILES)
    differences = repacked(place, lambda files: files.update({"out/manifest.json": b"{}"}))
    assert [(each.kind, each.path) for each in differences] == [("manifest", "manifest.json")]


def test_a_file_that_is_no_archive_is_said_to_be_none(tmp_path: Path) -> None:
    for content in (b"", b"hello", b"\x1f\x8b", os.urandom(1_000), gzip.compress(b"hello" * 999)):
        (tmp_path / "file").write_bytes(content)
        assert "archive" in [each.kind for each in verify_export(tmp_path / "file")]


def test_the_sha256_is_that_of_the_file(tmp_path: Path) -> None:
    digest = write(tmp_path / "out", Packaging("zip", TO_SOMEBODY), FILES)
    done = subprocess.run(["sha256sum", str(tmp_path / "out")], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == digest


def test_without_the_right_key_it_says_which_kind_is_wanted(tmp_path: Path) -> None:
    write(tmp_path / "by-words", Packaging("zip", WORDS), FILES)
    write(tmp_path / "to-key", Packaging("zip", TO_SOMEBODY), FILES)
    other = pyrage.x25519.Identity.generate()
    for name, keys, words in [
        ("by-words", Keys(), "with a passphrase"),
        ("by-words", Keys("another passphrase"), "not its passphrase"),
        ("to-key", Keys(SECRET), "secret key of one of them"),
        ("to-key", Keys(None, (other,)), "to other keys"),
    ]:
        with pytest.raises(StewardError, match=words) as caught:
            verify_export(tmp_path / name, keys)
        assert caught.value.kind is ErrorKind.INVALID


def test_what_pyrage_encrypts_with_a_passphrase_is_read(tmp_path: Path) -> None:
    write(tmp_path / "plain", Packaging("tar.gz"), FILES)
    (tmp_path / "theirs").write_bytes(pyrage.passphrase.encrypt((tmp_path / "plain").read_bytes(), SECRET))
    assert verify_export(tmp_path / "theirs", Keys(SECRET)) == []


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_ssh_keys_will_do(tmp_path: Path, kind: str) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "somebody", "-f", str(key)], check=True)
    recipients = read_recipients([str(tmp_path / "key.pub")])
    write(tmp_path / "out", Packaging("tar.zst", recipients), FILES)
    assert verify_export(tmp_path / "out", Keys(None, tuple(read_identities([key])))) == []


def test_recipients_come_from_keys_and_files(tmp_path: Path) -> None:
    others = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    (tmp_path / "keys").write_text(f"# the data protection officer\n{others[0]}\n\n{others[1]}\n")
    assert read_recipients([TO_SOMEBODY.keys[0], str(tmp_path / "keys")]).keys == (*TO_SOMEBODY.keys, *others)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(str(IDENTITY))
    (tmp_path / "empty").write_text("# nobody\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for word, said in [
        ("age1nonsense", "not a key to encrypt to"),
        ("ssh-ed25519 nonsense", "not a key to encrypt to"),
        (str(tmp_path / "secret"), "secret key"),
        (str(tmp_path / "empty"), "no key"),
        (str(tmp_path / "binary"), "not a text file"),
        (str(tmp_path / "nowhere"), "neither a key nor a file"),
    ]:
        with pytest.raises(StewardError, match=said) as caught:
            read_recipients([word])
        assert caught.value.kind is ErrorKind.INVALID


def test_choices_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(StewardError, match="Only an archive"):
        Packaging("directory", WORDS)
    with pytest.raises(StewardError, match="at least 10"):
        Passphrase("short")
    with pytest.raises(StewardError, match="No recipient"):
        Recipients(())


def test_a_passphrase_is_in_no_description() -> None:
    packaging = Packaging("zip", WORDS)
    assert SECRET not in repr(packaging)
    assert SECRET not in str(packaging.describe())
    assert SECRET not in repr(Keys(SECRET))


def test_nothing_plain_lies_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "MEMORY_BYTES", 10_000)
    container = create(tmp_path / "out.tar.zst.age", Packaging("tar.zst", TO_SOMEBODY))
    assert isinstance(container, PartialArchive)
    file = container.begin("user.json")
    file.write(b"Marta Heavy was here. " * 100_000)
    open_files = [Path(f"/proc/self/fd/{each.name}") for each in Path("/proc/self/fd").iterdir()]
    here = [each for each in open_files if os.path.realpath(each).startswith(str(tmp_path))]
    assert len(here) >= 2, "the archive, and the file that waits"
    assert sum(each.stat().st_size for each in here) > 2_000_000
    for each in here:
        assert b"Marta" not in each.read_bytes()
    container.discard()
    assert leftovers(tmp_path) == []


def test_the_group_may_read_it_where_that_was_chosen(tmp_path: Path) -> None:
    write(tmp_path / "archive", Packaging("zip", None, "group"), FILES)
    assert stat.S_IMODE((tmp_path / "archive").stat().st_mode) == 0o640
    write(tmp_path / "folder", Packaging("directory", None, "group"), FILES)
    for each in [tmp_path / "folder", *(tmp_path / "folder").rglob("*")]:
        assert stat.S_IMODE(each.stat().st_mode) == (0o750 if each.is_dir() else 0o640)


@pytest.mark.parametrize("nameless", [True, False])
def test_what_is_there_by_then_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nameless: bool) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE")
    container = create(tmp_path / "out.zip", Packaging("zip"))
    assert len(leftovers(tmp_path)) == (0 if nameless else 1)
    (tmp_path / "out.zip").write_text("theirs")
    with pytest.raises(FileExistsError):
        container.finish(b"{}")
    container.discard()
    assert leftovers(tmp_path) == ["out.zip"]
    assert (tmp_path / "out.zip").read_text() == "theirs"


def test_where_files_must_have_names_it_works_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_TMPFILE")
    write(tmp_path / "out.zip", Packaging("zip"), FILES)
    assert verify_export(tmp_path / "out.zip") == []
    assert leftovers(tmp_path) == ["out.zip"]


def test_a_file_that_is_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_text("years of work")
    with pytest.raises(StewardError, match="is there already") as caught:
        create(tmp_path / "out.zip", Packaging("zip"))
    assert caught.value.kind is ErrorKind.REFUSED


SMALL_FILES_ONLY = """
import resource, sys
from pathlib import Path
from tests.export.test_archives import FILES, IDENTITY, TO_SOMEBODY, WORDS, age_format, write
from zulip_bridge.export import Packaging
age_format.WORK_FACTOR = 10
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
encryption = {"none": None, "passphrase": WORDS, "recipients": TO_SOMEBODY}[sys.argv[2]]
try:
    files = FILES | {"more": FILES["uploads/2/ab/straße ☃.txt"] * 90}
    write(Path(sys.argv[1]), Packaging("tar.gz", encryption), files)
except OSError as error:
    print(error.errno)
"""


@pytest.mark.parametrize("encryption", ["none", "passphrase", "recipients"])
def test_a_disk_that_takes_no_more_leaves_nothing(tmp_path: Path, encryption: str) -> None:
    arguments = [sys.executable, "-c", SMALL_FILES_ONLY, str(tmp_path / "out"), encryption]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "27", "EFBIG"
    assert leftovers(tmp_path) == []


def test_files_of_four_gigabytes_and_many_files_have_room_in_a_zip() -> None:
    from zulip_bridge.export.zip_writer import Member, central_entry, end_of_directory, local_header

    large = Member(b"big", 8, 1, 5 << 30, 6 << 30, 1_700_000_000, 0o100600, 7 << 30)
    small = Member(b"small", 8, 1, 5, 6, 1_700_000_000, 0o100600, 12 << 30)
    directory = central_entry(large) + central_entry(small)
    end = end_of_directory(2, 13 << 30, len(directory))
    found = zipfile.ZipFile(Sparse(13 << 30, directory + end)).infolist()
    assert [(each.filename, each.file_size, each.compress_size, each.header_offset) for each in found] == [
        ("big", 6 << 30, 5 << 30, 7 << 30),
        ("small", 6, 5, 12 << 30),
    ]
    assert len(local_header(large)) > len(local_header(small)) - 2 + 16
    many = central_entry(small) * 70_000
    found = zipfile.ZipFile(io.BytesIO(many + end_of_directory(70_000, 0, len(many)))).infolist()
    assert len(found) == 70_000


class Sparse(io.RawIOBase):
    """The end of a file that is too large for a test."""

    def __init__(self, start: int, data: bytes) -> None:
        self.start, self.data, self.place = start, data, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset + {0: 0, 1: self.place, 2: self.start + len(self.data)}[whence]
        if self.place < 0:
            raise OSError(22, "before the beginning")
        return self.place

    def tell(self) -> int:
        return self.place

    def read(self, size: int = -1) -> bytes:
        begin = max(0, self.place - self.start)
        data = self.data[begin:] if size < 0 else self.data[begin : begin + size]
        self.place += len(data)
        return data
