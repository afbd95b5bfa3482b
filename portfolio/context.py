"""What the frame of every page needs, besides what its view gives."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"company_name": settings.COMPANY_NAME, "is_demo": settings.DEMO}
