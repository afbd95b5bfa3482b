"""One file with everything that people entered and the product computed, and the way back (docs/deploy.md, Backup)."""


class BackupError(Exception):
    """Says why there is no backup, or why nothing was restored."""


class NotABackupError(BackupError):
    """The file is none, is incomplete or damaged."""
