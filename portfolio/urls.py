from django.urls import path, register_converter

from portfolio.converters import MonthConverter
from portfolio.views import client_page, duplicates, figures, help, home, lists, months, search, targets, team

app_name = "portfolio"

register_converter(MonthConverter, "month")

urlpatterns = [
    path("", home.home, name="home"),
    path("clients/", lists.client_list, name="client_list"),
    path("clients/export/<slug:kind>/", lists.client_export, name="client_export"),
    path("clients/duplicates/", duplicates.duplicate_list, name="duplicate_list"),
    path("clients/merges/", duplicates.merge_list, name="merge_list"),
    path("clients/<int:pk>/", client_page.client_page, name="client_page"),
    path("clients/<int:pk>/timeline/", client_page.client_timeline, name="client_timeline"),
    path("clients/<int:pk>/history/", client_page.client_history, name="client_history"),
    path("renewals/", lists.renewal_list, name="renewal_list"),
    path("renewals/export/<slug:kind>/", lists.renewal_export, name="renewal_export"),
    path("figures/<slug:measure>/", figures.figure_rows, name="figure_rows"),
    path("figures/<slug:measure>/export/<slug:kind>/", figures.figure_export, name="figure_export"),
    path("team/", team.team_page, name="team_page"),
    path("team/export/<slug:kind>/", team.team_export, name="team_export"),
    path("months/", months.month_list, name="month_list"),
    path("months/<month:month>/", months.month_page, name="month_page"),
    path("months/<month:month>/close/", months.month_close, name="month_close"),
    path("months/<month:month>/reopen/", months.month_reopen, name="month_reopen"),
    path("targets/", targets.target_grid, name="target_grid"),
    path("targets/save/", targets.target_save, name="target_save"),
    path("targets/copy/", targets.target_copy, name="target_copy"),
    path("tasks/", lists.task_list, name="task_list"),
    path("tasks/export/<slug:kind>/", lists.task_export, name="task_export"),
    path("help/figures/", help.figures_help, name="figures_help"),
    path("search/", search.search, name="search"),
]
