"""The same rows for other systems, as JSON: docs/api.md says how, /api/v1/openapi.json in full."""
