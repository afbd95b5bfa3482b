"""What the demo company sells: invented list prices, before VAT, in rupiah."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.effective import add_months
from contracts.models import ExchangeRate, Period, Product
from portfolio.demo.chance import stream

JUTA = Decimal(1_000_000)


@dataclass(frozen=True)
class Service:
    """A line of the price list; `price` in million rupiah a month, or once."""

    code: str
    name: str
    family: str
    price: Decimal
    one_off: bool = False


def _service(code: str, name: str, family: str, price: str, *, one_off: bool = False) -> Service:
    return Service(code, name, family, Decimal(price) * JUTA, one_off)


SERVICES = (
    _service("SM-S", "Pengelolaan media sosial, 12 konten", "Media sosial", "6.5"),
    _service("SM-M", "Pengelolaan media sosial, 20 konten", "Media sosial", "12"),
    _service("SM-L", "Pengelolaan media sosial, 30 konten", "Media sosial", "22"),
    _service("ADS-10", "Pengelolaan iklan digital", "Iklan digital", "5"),
    _service("SEO-B", "SEO dasar", "SEO", "7.5"),
    _service("SEO-P", "SEO lanjutan", "SEO", "15"),
    _service("CNT-V", "Produksi video pendek, 4 per bulan", "Video", "14"),
    _service("PR-R", "Retainer hubungan media", "Hubungan media", "25"),
    _service("KOL-C", "Kampanye KOL", "KOL", "35", one_off=True),
    _service("BRD-P", "Identitas merek", "Merek", "45", one_off=True),
    _service("WEB-P", "Situs perusahaan", "Situs web", "38", one_off=True),
    _service("WEB-M", "Pemeliharaan situs", "Situs web", "3.5"),
    _service("CRM-I", "Implementasi CRM", "CRM", "60", one_off=True),
    _service("CRM-S", "Langganan dan dukungan CRM", "CRM", "9"),
    _service("MS-10", "Managed service TI, 10 perangkat", "Managed service", "6"),
    _service("MS-25", "Managed service TI, 25 perangkat", "Managed service", "13.5"),
    _service("MS-50", "Managed service TI, 50 perangkat", "Managed service", "24"),
    _service("HD-8x5", "Helpdesk jam kerja", "Helpdesk", "8.5"),
    _service("HD-24x7", "Helpdesk 24 jam", "Helpdesk", "19"),
    _service("CLD-M", "Pengelolaan cloud", "Cloud", "11"),
    _service("SEC-M", "Pemantauan keamanan", "Keamanan", "17"),
    _service("WAB-M", "Pengelolaan WhatsApp Business", "WhatsApp Business", "4.5"),
    _service("DSH-M", "Dasbor dan analitik", "Dasbor", "8"),
    _service("TRN-D", "Pelatihan, per hari", "Pelatihan", "9.5", one_off=True),
)
BY_CODE = {service.code: service for service in SERVICES}
ONE_OFF = [service for service in SERVICES if service.one_off]
FAMILIES = {  # how often a family is the first one bought
    "Media sosial": 22,
    "Iklan digital": 14,
    "SEO": 11,
    "Managed service": 12,
    "Helpdesk": 7,
    "CRM": 7,
    "Cloud": 7,
    "Situs web": 6,
    "Video": 5,
    "WhatsApp Business": 4,
    "Dasbor": 3,
    "Keamanan": 2,
}
PAIRS = {
    "Media sosial": "Iklan digital",
    "Iklan digital": "Media sosial",
    "SEO": "Situs web",
    "Situs web": "SEO",
    "Managed service": "Helpdesk",
    "Helpdesk": "Managed service",
    "Cloud": "Keamanan",
    "Keamanan": "Cloud",
    "CRM": "WhatsApp Business",
    "WhatsApp Business": "CRM",
    "Video": "Media sosial",
    "Dasbor": "Iklan digital",
}
CHURN = {"SEO": 1.6, "Managed service": 0.5, "Cloud": 0.5}  # against 1.0
USD_SOURCE = "Contoh, bukan kurs resmi"


def nearest(family: str, price: Decimal) -> Service:
    """The recurring service of a family whose list price is nearest."""
    recurring = (service for service in SERVICES if service.family == family and not service.one_off)
    return min(recurring, key=lambda service: abs(service.price - price))


def products() -> list[Product]:
    """The price list, not saved."""
    return [
        Product(
            code=service.code,
            name=service.name,
            family=service.family,
            list_price=service.price,
            period=Period.ONE_OFF if service.one_off else Period.MONTH,
        )
        for service in SERVICES
    ]


def exchange_rates(first_day: date, day: date) -> list[ExchangeRate]:
    """Invented dollar rates for the first of each month from `first_day`'s to `day`'s."""
    rng, rates, rate, on = stream("rates"), [], 15_400.0, first_day.replace(day=1)
    while on <= day:
        rate += rng.uniform(-160, 200)
        rates.append(ExchangeRate(day=on, currency="USD", rate=Decimal(round(rate)), source=USD_SOURCE))
        on = add_months(on, 1)
    return rates


def rate_on(rates: list[ExchangeRate], day: date) -> Decimal:
    """The rate in effect on a day (kpis.md R4); `rates` in order of days."""
    return Decimal([rate for rate in rates if rate.day <= day][-1].rate)
