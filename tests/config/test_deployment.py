"""docker-compose.yml keeps what must survive and gives the settings what they ask for."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.local import postgres

BASE_DIR = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


@pytest.mark.parametrize("service", ["web", "worker", "beat", "migrate"])
def test_every_process_gets_all_variables_that_the_settings_require(service: str) -> None:
    settings = (BASE_DIR / "config" / "settings.py").read_text()
    calls = re.findall(r'env\.\w+\("(\w+)"\s*(,)?', settings)
    required = {name for name, more in calls if not more}
    assert required == {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"}
    expected = required | {"ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "COMPANY_NAME"}
    assert expected <= SERVICES[service]["environment"].keys()


def test_variables_without_default_are_named_in_the_example() -> None:
    required = set(re.findall(r"\$\{(\w+):\?\}", (BASE_DIR / "docker-compose.yml").read_text()))
    example = (BASE_DIR / ".env.example").read_text()
    assert required == set(re.findall(r"^(\w+)=", example, flags=re.MULTILINE))


def test_postgresql_keeps_its_data_and_sorts_as_in_development() -> None:
    service = SERVICES["postgres"]
    assert service["image"] == "postgres:18"
    assert service["volumes"] == ["postgres:/var/lib/postgresql"]
    assert service["environment"]["POSTGRES_INITDB_ARGS"].split() == postgres.INITDB
    assert "postgres" in COMPOSE["volumes"]


def test_the_queue_survives_a_kill_and_never_drops_a_message() -> None:
    words = SERVICES["valkey"]["command"]
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"
    assert options["--requirepass"] == "${VALKEY_PASSWORD:?}"
    assert SERVICES["valkey"]["volumes"] == ["valkey:/data"]


def test_only_this_machine_reaches_published_ports() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_pages_do_not_wait_for_the_queue() -> None:
    assert "valkey" not in SERVICES["web"]["depends_on"]


def test_the_image_does_not_run_as_root_and_copies_no_secrets() -> None:
    assert "\nUSER setia\n" in (BASE_DIR / "Dockerfile").read_text()
    assert {".env", ".local", ".git"} <= set((BASE_DIR / ".dockerignore").read_text().split())
