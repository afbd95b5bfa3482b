"""The restore drill, and everything that must not be restored."""

import io
import json
import os
import resource
import stat
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pghistory
import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import FormToken, Team, User
from clients.models import Client, Interaction
from config import backup
from config.backup import restoring, tables, writing
from config.backup.archive import Archive
from contracts.models import ContractLine
from exchange.models import Heartbeat
from kpis import snapshots
from kpis.models import StaleClient, StaleWindow
from tests import factories
from tests.admin.rows import ROWS
from tests.company import TODAY, make_company
from tests.conftest import empty_test_database
from tests.kpis.test_killed import DEAD, work_in_a_process
from tests.kpis.test_rebuild_concurrency import in_thread

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "payung-biru-di-teras"
NOT_PRODUCT = {
    "django_migrations",
    "django_cache",
}  # compared instead of copied; nothing that anybody would miss
EMPTY = {"django_session", "accounts_formtoken"}  # after a restore
Fingerprints = dict[str, tuple[int, str]]


@pytest.fixture
def company(transactional_db: None) -> User:
    """At least two rows in every table, numbers computed, one mark that waits. Returns somebody who can sign in."""
    owner = make_company().cast.owner
    for make in ROWS.values():
        for number in (1, 2):
            make(number)
    owner.set_password(PASSWORD)
    with pghistory.context(user=owner.pk), transaction.atomic():
        owner.save()
    for number in (1, 2):
        user = factories.UserFactory(full_name=f"Baris\tbaru\n{number} \\. \\N ✓ 'kutip'")
        address = EmailAddress.objects.create(user=user, email=f"Surat{number}@contoh.example")
        EmailConfirmation.objects.create(email_address=address, key=f"kunci{number}")
        LogEntry.objects.create(user=user, action_flag=CHANGE, object_repr="x", change_message="y")
        FormToken.objects.claim(uuid.uuid4(), user)
        Browser().force_login(user)
        with pghistory.context(user=user.pk), transaction.atomic():
            user.groups.set(Group.objects.all()[:2])
        user.user_permissions.set(Permission.objects.all()[:2])
        factories.TargetFactory(user=user)
    snapshots.rebuild_all(TODAY)
    for day in ("2020-01-31", "2020-02-29"):
        Heartbeat.objects.create(
            job="exchange.Import", of=day[8:], attempt=1, done=0, total=9, at=timezone.now()
        )
        StaleWindow.objects.create(kind="month", first_day=f"{day[:8]}01", last_day=day)
    ContractLine.objects.update(unit_price=F("unit_price") + 1)
    return owner


def fingerprints() -> Fingerprints:
    """Rows and a checksum of every table in the database, generated columns too; asked without the product's code."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = {name for (name,) in cursor.fetchall()} - NOT_PRODUCT
        found = {}
        for name in names:
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {name} t")  # noqa: S608
            found[name] = cursor.fetchone()
    return found


def sequences() -> dict[str, int]:
    """The next number of every counter in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall() if not name.startswith("django_migrations")]
        found = {}
        for name in names:
            cursor.execute(f"SELECT last_value + is_called::int FROM {name}")  # noqa: S608
            (found[name],) = cursor.fetchone()
    return found


def state() -> tuple[Fingerprints, dict[str, int]]:
    return fingerprints(), sequences()


def back_up(path: Path) -> Path:
    call_command("backup", str(path), stdout=io.StringIO())
    return path


def restore(path: Path, **options: Any) -> None:
    call_command("restore", str(path), stdout=io.StringIO(), **options)


@contextmanager
def refused(words: str, code: int) -> Iterator[None]:
    """The command must fail with this exit code and leave the database as it is."""
    before = state()
    with pytest.raises(CommandError, match=words) as refusal:
        yield
    assert refusal.value.returncode == code
    assert state() == before
    assert triggers() == {"O"}


def triggers() -> set[str]:
    """How the triggers are switched: O = on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgenabled::text FROM pg_trigger WHERE NOT tgisinternal")
        return {how for (how,) in cursor.fetchall()}


def edited(path: Path, edit: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """A copy whose manifest and streams were changed, with checksums that fit again."""
    with ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(entries.pop("manifest.json"))
    edit(manifest, entries)
    for name, content in manifest["tables"].items():
        stream = entries.get(f"tables/{name}.copy", b"")
        content |= {"rows": stream.count(b"\n"), "sha256": sha256(stream).hexdigest()}
    copy = path.with_name("edited.zip")
    with ZipFile(copy, "w", ZIP_DEFLATED) as archive:
        for name, stream in entries.items():
            archive.writestr(name, stream)
        archive.writestr("manifest.json", json.dumps(manifest))
    return copy


# --- The drill -----------------------------------------------------------------------------------


def renumbered_database() -> None:
    """A new one, whose content types have other numbers, as those of an installation with another past have."""
    empty_test_database()
    with transaction.atomic():
        Permission.objects.update(content_type_id=F("content_type_id") + 1000)
        ContentType.objects.update(id=F("id") + 1000)
    ContentType.objects.clear_cache()
    assert ContentType.objects.get_for_model(Client).pk > 1000


def damage() -> None:
    """Other rows in every table, keys that are far ahead."""
    renumbered_database()
    for make in ROWS.values():
        make(3)
    somebody = User.objects.all()[0]
    Browser().force_login(somebody)
    FormToken.objects.claim(uuid.uuid4(), somebody)
    with connection.cursor() as cursor:
        for name in sequences():
            cursor.execute(f"SELECT setval('{name}', 100000)")


def test_the_restore_drill(company: User, tmp_path: Path) -> None:
    rows, keys = state()
    assert not [name for name, (count, _) in rows.items() if count < 2]
    marks = set(StaleClient.objects.values_list("client", "since"))
    assert marks

    path = back_up(tmp_path / "setia.zip")
    damage()
    damaged = fingerprints()
    assert not {name for name in rows if damaged[name] == rows[name]}
    assert all(damaged[name][0] for name in EMPTY)
    restore(path, replace=True)

    assert fingerprints() == rows | dict.fromkeys(EMPTY, (0, None))
    assert sequences() == keys
    assert triggers() == {"O"}
    browser = Browser()
    answer = browser.post(reverse("account_login"), {"login": company.email, "password": PASSWORD})
    assert answer.url == "/"
    assert browser.get("/").status_code == 200
    assert set(StaleClient.objects.values_list("client", "since")) == marks
    assert snapshots.compare(TODAY) == 0


def test_after_a_restore_keys_go_on_and_changes_are_recorded(company: User, tmp_path: Path) -> None:
    newest = Client.objects.order_by("-pk")[0]
    restore(back_up(tmp_path / "setia.zip"), replace=True)
    StaleClient.objects.all().delete()

    client = factories.ClientFactory(legal_name="Pelanggan Baru")

    assert client.pk > newest.pk
    assert client.events.count() == 1
    assert StaleClient.objects.filter(client=client).exists()


def test_a_new_database_needs_no_permission_to_replace(company: User, tmp_path: Path) -> None:
    rows, _keys = state()
    path = back_up(tmp_path / "setia.zip")
    renumbered_database()

    restore(path)

    assert fingerprints() == rows | dict.fromkeys(EMPTY, (0, None))
    assert ContentType.objects.get_for_model(Client).pk < 1000


def test_a_second_backup_is_the_same(company: User, tmp_path: Path) -> None:
    first = back_up(tmp_path / "first.zip")
    restore(first, replace=True)
    second = back_up(tmp_path / "second.zip")
    with first.open("rb") as a, second.open("rb") as b:
        assert Archive(a).manifest.tables == Archive(b).manifest.tables


def test_where_rows_lie_on_the_disk_makes_no_difference(transactional_db: None) -> None:
    (table,) = (table for table in tables.tables() if table.name == "accounts_team")
    first, _second = factories.TeamFactory(), factories.TeamFactory()
    before = table.read(len)
    Team.objects.filter(pk=first.pk).update(name=F("name"))  # moves the row behind the other one
    assert table.read(len) == before


def test_every_table_and_every_counter_is_in_the_backup(db: None) -> None:
    names = {table.name for table in tables.tables()}
    assert names | EMPTY | NOT_PRODUCT >= set(connection.introspection.table_names())
    assert not names & EMPTY
    counted = {table._next_key() is not None for table in tables.tables()}
    assert counted == {True, False}
    assert len(sequences()) == sum(table._next_key() is not None for table in tables.tables())


# --- Making one ----------------------------------------------------------------------------------


def test_the_file_is_for_its_owner_and_never_overwritten(transactional_db: None, tmp_path: Path) -> None:
    path = back_up(tmp_path / "setia.zip")
    before = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (tmp_path / "link.zip").symlink_to(tmp_path / "elsewhere")
    for name in ("setia.zip", "link.zip"):
        with pytest.raises(CommandError, match="exists already"):
            back_up(tmp_path / name)
    assert path.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"setia.zip", "link.zip"}


def test_a_backup_that_fails_leaves_no_file(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_write_table", full)
    with pytest.raises(CommandError, match="No space left"):
        back_up(tmp_path / "setia.zip")
    assert not list(tmp_path.iterdir())


def test_a_backup_that_is_killed_leaves_no_file_of_its_name(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_write_file", lambda *args: os._exit(DEAD))
    monkeypatch.setattr(writing.files, "stored", lambda: ["a"])
    assert work_in_a_process(lambda: back_up(tmp_path / "setia.zip")) == DEAD
    assert not (tmp_path / "setia.zip").exists()


def test_a_backup_is_one_moment(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What commits while it is being written is not in it, not even half."""
    real = writing._write_table

    def write_meanwhile(archive: ZipFile, table: tables.Table) -> tables.Content:
        if table.name == "accounts_user":
            in_thread(factories.AssignmentFactory)
        return real(archive, table)

    monkeypatch.setattr(writing, "_write_table", write_meanwhile)
    path = back_up(tmp_path / "setia.zip")

    assert Client.objects.count() == 1
    with path.open("rb") as file:
        manifest = Archive(file).manifest
    assert {manifest.tables[name].rows for name in ("clients_client", "accounts_user")} == {0}


def test_a_backup_waits_until_a_restore_has_ended(
    company: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks at a table that another transaction empties would find it empty, and not as it was."""
    monkeypatch.setattr(tables, "SETTINGS", tables.SETTINGS.replace("30s", "100ms"))
    path, tried = back_up(tmp_path / "setia.zip"), []

    def try_meanwhile(*args: Any) -> None:
        with pytest.raises(CommandError, match="somebody is at work"):
            back_up(tmp_path / "second.zip")
        tried.append(True)

    monkeypatch.setattr(restoring, "_compare", lambda *args: in_thread(try_meanwhile))
    restore(path, replace=True)
    assert tried


def test_through_standard_output_and_input(
    company: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be changed any more once it is written, as in a pipe."""
    rows, _keys = state()
    path, said = tmp_path / "appended.zip", io.StringIO()
    with monkeypatch.context() as patch, io.TextIOWrapper(path.open("ab")) as out:
        patch.setattr(sys, "stdout", out)
        call_command("backup", "-", stderr=said)
    assert "rows of" in said.getvalue()

    damage()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    call_command("restore", "-", replace=True, stdout=io.StringIO())
    assert fingerprints() == rows | dict.fromkeys(EMPTY, (0, None))


def test_a_large_table_is_never_in_memory(transactional_db: None, tmp_path: Path) -> None:
    """100 MB of history through a process that may grow by 30."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pghistory_context (id, created_at, updated_at, metadata)"
            " SELECT gen_random_uuid(), now(), now(), jsonb_build_object('x', repeat(md5(n::text), 320))"
            " FROM generate_series(1, 10000) AS n"
        )
    path = tmp_path / "setia.zip"
    for step in (lambda: back_up(path), lambda: restore(path, replace=True)):
        assert work_in_a_process(lambda step=step: os._exit(growth(step))) <= 30
    assert path.stat().st_size > 500_000


def growth(step: Callable[[], object]) -> int:
    """By how many MB this process has grown at most."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024


# --- What must not be restored -------------------------------------------------------------------


@pytest.fixture
def path(transactional_db: None, tmp_path: Path) -> Path:
    """A backup of a team and a client, who are still there."""
    factories.AssignmentFactory()
    factories.TeamFactory(parent=factories.TeamFactory())
    return back_up(tmp_path / "setia.zip")


def test_people_are_replaced_only_when_told_to(path: Path) -> None:
    with refused("there are people in this database. --replace", 1):
        restore(path)


def test_a_file_that_is_no_backup(path: Path) -> None:
    for content in (b"", b"PK", b"-- PostgreSQL database dump", os.urandom(10_000)):
        path.write_bytes(content)
        with refused("no backup of this format", 2):
            restore(path, replace=True)
    with refused("No such file", 1):
        restore(path.with_name("missing.zip"), replace=True)


def test_a_file_that_was_cut_off(path: Path) -> None:
    whole = path.read_bytes()
    for size in (*range(0, len(whole), len(whole) // 20), len(whole) - 1):
        path.write_bytes(whole[:size])
        with refused("incomplete", 2):
            restore(path, replace=True)


def test_no_changed_byte_goes_unnoticed_where_it_matters(path: Path) -> None:
    """Bytes that say nothing, such as the date of an entry, may be anything."""
    whole, random = path.read_bytes(), Random(1)
    refusals = 0

    def content(data: bytes) -> list[object]:
        archive = Archive(io.BytesIO(data))
        archive.check()
        return [archive.manifest, *(b"".join(archive.table(name)) for name in archive.manifest.tables)]

    expected = content(whole)
    for position in random.sample(range(len(whole)), 400):
        changed = bytearray(whole)
        changed[position] ^= random.randint(1, 255)
        try:
            assert content(bytes(changed)) == expected
        except backup.NotABackupError:
            refusals += 1
    assert refusals > 200


def test_a_stream_that_is_not_what_the_manifest_says(path: Path) -> None:
    def forge(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
        entries["tables/accounts_team.copy"] = entries["tables/accounts_team.copy"].replace(b"Tim", b"Tem")

    copy = edited(path, forge)
    with ZipFile(path) as honest, ZipFile(copy) as forged:
        entries = {name: forged.read(name) for name in forged.namelist()}
        entries["manifest.json"] = honest.read("manifest.json")
    with ZipFile(copy, "w", ZIP_DEFLATED) as archive:
        for name, stream in entries.items():
            archive.writestr(name, stream)
    with refused("accounts_team is damaged", 2):
        restore(copy, replace=True)


def newer(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    manifest["migrations"].append("kpis.9999_from_the_future")
    manifest["version"] = "99.0"


def older(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    manifest["migrations"].remove("accounts.0002_group_membership_history")


def other_format(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    manifest["format"] = 2


def unknown_table(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    manifest["tables"]["pg_authid"] = manifest["tables"]["auth_group"]
    entries["tables/pg_authid.copy"] = b""


def missing_table(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    del manifest["tables"]["clients_client"], entries["tables/clients_client.copy"]


def missing_column(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    manifest["tables"]["clients_client"]["columns"].pop()


def missing_entry(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    del entries["tables/clients_client.copy"]


def path_trick(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    entries["../../etc/passwd"] = b"root"


def lost_parents(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    entries["tables/accounts_user.copy"] = b""


def torn_row(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    entries["tables/accounts_team.copy"] += b"7\tonly two\n"


def double_row(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    entries["tables/accounts_team.copy"] *= 2


def low_counter(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    manifest["tables"]["accounts_team"]["next_key"] = 0


@pytest.mark.parametrize(
    ("edit", "words", "code"),
    [
        (newer, r"of version 99.0.*\+ kpis.9999_from_the_future.*Check out version 99.0", 1),
        (older, "- accounts.0002_group_membership_history", 1),
        (other_format, "no backup of this format", 2),
        (unknown_table, "other tables or columns than this code: pg_authid", 2),
        (missing_table, "other tables or columns than this code: clients_client", 2),
        (missing_column, "other tables or columns than this code: clients_client", 2),
        (missing_entry, "entries are not those", 2),
        (path_trick, "entries are not those", 2),
        (lost_parents, "violates foreign key", 1),
        (torn_row, "missing data for column", 1),
        (double_row, "duplicate key", 1),
        (low_counter, "RESTART value", 1),
    ],
)
def test_an_archive_that_this_code_would_not_have_written(
    path: Path, edit: Callable[..., None], words: str, code: int
) -> None:
    copy = edited(path, edit)
    with refused(words, code):
        restore(copy, replace=True)


def test_the_edits_above_are_refused_for_what_they_change_alone(path: Path) -> None:
    restore(edited(path, lambda manifest, entries: None), replace=True)


def test_a_database_that_is_not_migrated(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET name = 'x' || name WHERE app = 'kpis'")
    try:
        with refused("lacks kpis.0001_initial.*run `migrate` first", 1):
            restore(path, replace=True)
        with pytest.raises(CommandError, match="run `migrate` first"):
            back_up(path.with_name("second.zip"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET name = substr(name, 2) WHERE app = 'kpis'")


def test_a_database_that_is_ahead_of_the_code(path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('kpis', '9999_x', now())")
    try:
        with pytest.raises(CommandError, match=r"does not know kpis\.9999_x"):
            back_up(path.with_name("second.zip"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_x'")


def test_what_is_stored_otherwise_than_it_was_is_taken_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_a_row() -> None:
        Team.objects.get(children=None).delete()

    monkeypatch.setattr(restoring, "_check_foreign_keys", lose_a_row)
    factories.TeamFactory()  # so that its counter is ahead of the backup's, too
    with refused("accounts_team", 1):
        restore(path, replace=True)


def test_while_somebody_is_at_work(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SETTINGS", tables.SETTINGS.replace("30s", "100ms"))

    def try_to_restore() -> None:
        restore(path, replace=True)

    with refused("somebody is at work in the database. Stop web", 1), transaction.atomic():
        Team.objects.update(name=F("name"))
        raised = in_thread(lambda: raised_by(try_to_restore))
        transaction.set_rollback(True)
        raise raised


def raised_by(act: Callable[[], None]) -> BaseException | None:
    try:
        act()
    except CommandError as error:
        return error
    return None


KILLED = ["lock", "_empty", "_check_foreign_keys", "_compare"]


@pytest.mark.parametrize("point", KILLED)
def test_a_restore_that_is_killed_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    Interaction.objects.all().delete()
    factories.ClientFactory()  # not in the backup
    before, real = state(), getattr(restoring, point)
    with monkeypatch.context() as patch:
        patch.setattr(restoring, point, lambda *args: (real(*args), os._exit(DEAD)))
        assert work_in_a_process(lambda: restore(path, replace=True)) == DEAD
    assert state() == before
    assert triggers() == {"O"}
    restore(path, replace=True)
    assert state() != before


# --- Files ---------------------------------------------------------------------------------------


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    default_storage.save("2026/tawaran ✓.pdf", ContentFile(os.urandom(200_000)))
    default_storage.save("logo.png", ContentFile(b""))
    return tmp_path / "media"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_files_come_back_beside_those_that_are_there(media: Path, path: Path) -> None:
    before = contents(media)
    assert len(before) == 2
    (media / "2026" / "tawaran ✓.pdf").unlink()
    (media / "2026").rmdir()
    (media / "new.txt").write_text("new")
    restore(path, replace=True)
    assert contents(media) == before | {"new.txt": b"new"}


def test_another_file_of_the_same_name_is_not_overwritten(media: Path, path: Path) -> None:
    (media / "logo.png").write_bytes(b"another")
    with refused("another file is stored as logo.png", 1):
        restore(path, replace=True)
    assert (media / "logo.png").read_bytes() == b"another"


def test_files_need_a_place(media: Path, path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = ""
    with refused("MEDIA_ROOT", 1):
        restore(path, replace=True)


@pytest.mark.parametrize(
    "name", ["../out.txt", "/out.txt", "a/../../out.txt", "a\\..\\out.txt", "./out.txt", ""]
)
def test_no_name_leads_out_of_the_storage(media: Path, path: Path, name: str) -> None:
    def add(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
        manifest["files"][name] = sha256(b"x").hexdigest()
        entries[f"files/{name}"] = b"x"

    copy = edited(path, add)
    with refused("no name of a stored file", 2):
        restore(copy, replace=True)
    assert not list(path.parent.rglob("out.txt"))


def test_a_symbolic_link_in_the_archive_becomes_a_plain_file(media: Path, path: Path) -> None:
    target = b"/etc/passwd"

    def add(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
        manifest["files"]["link"] = sha256(target).hexdigest()

    copy = edited(path, add)
    link = ZipInfo("files/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with ZipFile(copy, "a") as archive:
        archive.writestr(link, target, ZIP_DEFLATED)

    restore(copy, replace=True)

    assert not (media / "link").is_symlink()
    assert (media / "link").read_bytes() == target
