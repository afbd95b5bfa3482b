from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from config import errors, health
from exchange.api.urls import urls as api_urls

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # as allauth documents it

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler429 = "config.errors.too_many_requests"  # allauth's, when its limits are reached
handler500 = "config.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("account/email/", errors.closed),  # a person's address is changed in the administration
    re_path("^account/confirm-email/", errors.closed),
    path("account/", include("allauth.urls")),
    path(
        "admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")
    ),  # with its limits
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("notifications/", include("notifications.urls")),
    path("", include("clients.urls")),
    path("", include("contracts.urls")),
    path("", include("portfolio.urls")),
    path("", include("exchange.urls")),
    path("api/v1/", api_urls),
]
