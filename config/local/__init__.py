"""PostgreSQL and Valkey out of Python packages, for development and tests. Needs no Django."""
