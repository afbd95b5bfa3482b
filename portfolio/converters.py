from datetime import date


class MonthConverter:
    """A month in an address: 2026-10, within the years that days may be in (accounts.forms.DayField)."""

    regex = "(?:199[0-9]|2[01][0-9]{2})-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Its first day. Raises ValueError, which is no match, where there is no such month."""
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return value.isoformat()[:7]
