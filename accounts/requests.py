from django.http import HttpRequest

from accounts.models.user import User


class SignedInRequest(HttpRequest):
    """What a view gets once SignInMiddleware has let somebody in: `user` is a colleague, never anonymous."""

    user: User
