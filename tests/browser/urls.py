"""The site, and one page that shows every component of the frame (example.html): a page for eyes and for axe."""

from pathlib import Path

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns as site_patterns

EXAMPLE = Path(__file__).parent / "example.html"


class ExampleForm(forms.Form):
    name = forms.CharField(label="Nama resmi", help_text="Tanpa bentuk badan usaha.")
    tier = forms.ChoiceField(label="Tingkat", choices=[("key", "Utama"), ("regular", "Reguler")])
    channel = forms.ChoiceField(
        label="Saluran", choices=[("call", "Telepon"), ("visit", "Kunjungan")], widget=forms.RadioSelect
    )
    day = forms.DateField(label="Tanggal", widget=forms.DateInput(attrs={"type": "date"}))
    urgent = forms.BooleanField(label="Mendesak", required=False)


CHART = {
    "finding": "Retensi nilai turun ke 87,7% pada Oktober, 2,3 poin di bawah target",
    "heads": ["Bulan", "Retensi", "Target"],
    "rows": [["Agu 2026", "91,2%", "90%"], ["Sep 2026", "–", "90%"], ["Okt 2026", "87,7%", "90%"]],
    "data": {
        "type": "line",
        "unit": "percent",
        "running": True,
        "floor": 0.8,
        "labels": ["Agu 2026", "Sep 2026", "Okt 2026"],
        "series": [
            {"label": "Retensi nilai", "data": [0.912, None, 0.877], "color": "series-1"},
            {"label": "Target", "data": [0.9, 0.9, 0.9], "color": "series-2", "dashed": True},
        ],
    },
}


def example(request: HttpRequest) -> HttpResponse:
    page = Paginator(range(120), 25).page(2)
    context = {
        "form": ExampleForm({"day": ""}),
        "page": page,
        "chart": CHART,
        "empty_title": "Belum ada tugas.",
    }
    return HttpResponse(engines["django"].from_string(EXAMPLE.read_text()).render(context, request))


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


urlpatterns = [
    path("example/", example, name="example"),
    path("broken/", broken, name="broken"),
    *site_patterns,
]
