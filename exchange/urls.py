from django.urls import path

from exchange.views import exports, imports, setup, tokens

app_name = "exchange"

urlpatterns = [
    path("imports/", imports.import_list, name="import_list"),
    path("imports/templates/<slug:slug>/<slug:kind>/", imports.import_template, name="import_template"),
    path("imports/new/<slug:slug>/", imports.import_create, name="import_create"),
    path("imports/<int:pk>/", imports.import_page, name="import_page"),
    path("imports/<int:pk>/reading/", imports.import_reading, name="import_reading"),
    path("imports/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:pk>/apply/", imports.import_apply, name="import_apply"),
    path("imports/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("imports/<int:pk>/discard/", imports.import_discard, name="import_discard"),
    path("imports/<int:pk>/report/<slug:kind>/", imports.import_report, name="import_report"),
    path("setup/", setup.setup_overview, name="setup"),
    path("setup/company/", setup.setup_company, name="setup_company"),
    path("setup/teams/", setup.setup_teams, name="setup_teams"),
    path("setup/people/", setup.setup_people, name="setup_people"),
    path("setup/people/invite/", setup.setup_invite, name="setup_invite"),
    path("setup/products/", setup.setup_products, name="setup_products"),
    path("exports/", exports.export_list, name="export_list"),
    path("exports/new/", exports.export_create, name="export_create"),
    path("exports/<int:pk>/", exports.export_fetch, name="export_fetch"),
    path("tokens/", tokens.token_list, name="token_list"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
]
