"""Static files: ours, and the few files of node_modules that pages load."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

VENDOR = "vendor/"
NODE_FILES = [
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js",
    "chart.js/dist/chart.umd.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css",
    "tom-select/dist/js/tom-select.complete.min.js",
]


class _VendorStorage(FileSystemStorage):
    prefix = VENDOR.rstrip("/")


class NodeModulesFinder(BaseFinder):
    """Serves the named files of node_modules below `vendor/` and nothing else of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = _VendorStorage(location=settings.NODE_MODULES)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """A missing package is told at start, not by pages without style."""
        missing = [name for name in NODE_FILES if not self.storage.exists(name)]
        return [Error(f"Not in node_modules: {', '.join(missing)}", hint="Run npm ci.")] if missing else []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        name = path.removeprefix(VENDOR)
        found = [self.storage.path(name)] if path.startswith(VENDOR) and name in NODE_FILES else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for name in NODE_FILES:
            if not matches_patterns(name, list(ignore_patterns or [])):
                yield name, self.storage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # whitenoise has no types
    """Third-party packages ship minified files without their source maps: drop those rules, keep url()/@import."""

    patterns = tuple(
        (
            glob,
            tuple(
                rule
                for rule in rules
                if "sourceMappingURL" not in (rule if isinstance(rule, str) else rule[0])
            ),
        )
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )

    def compress_files(self, paths: Iterable[str]) -> Iterable[tuple[str, str]]:
        """Compressed copies beside the files, unless the installation does without them."""
        return super().compress_files(paths) if settings.COMPRESS_STATIC else []
