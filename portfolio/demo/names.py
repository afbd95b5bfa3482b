"""Invented names of people and companies, drawn from Indonesian pools and recombined (no real one is meant)."""

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from accounts.models.user import Salutation
from portfolio.demo.chance import weighted

MEN = (
    "Dimas Rizky Bagas Fajar Hendra Yoga Arif Galih Wahyu Ilham Reza Teguh Bayu Aditya Surya Eko Agung Taufik"
)
WOMEN = "Rina Ayu Dewi Sekar Intan Ratna Putri Maya Laras Nadia Fitri Wulan Citra Anisa Dian Mega Tari Yuni"
JAVANESE = (
    "Prameswari Ardiansyah Kirana Nugraha Wicaksana Larasati Pamungkas Setyowati Mahendra Anggraini Prakoso"
)
SINGLE_MEN = "Sutrisno Paryanto Sugiyono Wagimin Suparman Tukijan Mulyono Ngadiman Parjono Suwarno"
SINGLE_WOMEN = "Wahyuni Lestari Sumarni Partini Sulastri Ngatinah Rahayu Suharti Murniati Kartinah"
NO_HONOURS = ("S.E.", "S.Kom.", "S.T.", "S.I.Kom.", "M.M.", "S.Ds.", "S.H.", "M.B.A.")
POOLS = {  # given names of men, of women, family names; how often
    "Jawa": (MEN, WOMEN, JAVANESE, 46),
    "Batak": ("Ronal Jonter Parlin Binsar", "Tiur Lamria Rotua Duma", "Simanungkalit Hutagaol Sihaloho", 9),
    "Minang": (
        "Rahmat Afrizal Zulfikar Yusran",
        "Yusnita Elvira Desmawati Nofri",
        "Chaniago Koto Piliang",
        9,
    ),
    "Bali": ("I Made I Wayan I Ketut", "Ni Luh Ni Made Ni Ketut", "Artawan Suardana Widiani Sukerti", 5),
    "Sunda": ("Asep Ujang Dadan Cecep", "Euis Neneng Iis Imas", "Kurniadi Suryana Sutisna Hermayanti", 12),
    "Tionghoa": ("Hendrik Budi Wilson Ferry", "Meilani Lily Jessica Vania", "Hartanto Gunadi Halimawan", 9),
    "Bugis": ("Andi", "Andi", "Baso Mappasere Tenriawaru Pangerang Rajuddin", 4),
    "Minahasa": ("Jerry Novi Stenly", "Olvie Meiske Deisy", "Rumengan Tumbelaka Mamuaja", 4),
    "Papua": ("Yosep Melkias Titus", "Yuliana Dortea Selina", "Wonda Kogoya Murib", 2),
}
PUBLIC_FIGURES = frozenset(  # lower case; combinations of the pools that too many people would know
    [
        "reza rahadian",
        "citra kirana",
        "fajar nugraha",
        "agung laksono",
        "wahyu hidayat",
        "dian sastro",
        "maya septha",
        "teguh karya",
        "hendra setiawan",
        "taufik hidayat",
        "eko prakoso",
        "surya paloh",
        "yuni shara",
        "dewi lestari",
        "sri mulyani",
        "wilson halimawan",
    ]
)
STEMS = [
    "Lintavara",
    "Nusarena",
    "Tirtavana",
    "Kencaraya",
    "Sagarata",
    "Rimbanta",
    "Cakravana",
    "Pelitara",
    "Waluyana",
    "Gemintara",
    "Lumbanira",
    "Arunvira",
    "Satravi",
    "Bahariva",
    "Sentavara",
    "Mandaluna",
    "Cendrayasa",
    "Jalavira",
    "Padmarena",
    "Suryavanta",
    "Kirandara",
    "Wastunira",
    "Bumirasa",
    "Langitara",
    "Samudrava",
    "Pranalika",
    "Danavira",
    "Raksatama",
    "Melatira",
    "Anggarasa",
    "Karunavi",
    "Tanjunira",
    "Sasmitara",
    "Banyuvara",
    "Purnavira",
    "Gunavasta",
    "Dharmalira",
    "Niskalara",
    "Indravasa",
    "Wijayanta",
]
SECTORS = {
    "fmcg": ("Pangan", "Boga", "Sari"),
    "retail": ("Niaga", "Retail", "Mart"),
    "finance": ("Finansia", "Artha", "Proteksi"),
    "health": ("Medika", "Sehat", "Klinika"),
    "education": ("Edukasi", "Cendekia", "Pustaka"),
    "property": ("Properti", "Griya", "Konstruksi"),
    "logistics": ("Logistik", "Kargo", "Trans"),
    "hospitality": ("Wisata", "Resto", "Loka"),
    "manufacturing": ("Karya", "Teknika", "Industri"),
    "technology": ("Digital", "Data", "Teknologi"),
    "automotive": ("Otomotif", "Motor", "Autocare"),
    "energy": ("Energi", "Mineral", "Daya"),
    "government": ("Mandiri", "Utama", "Sejahtera"),
}


@dataclass(frozen=True)
class PersonName:
    """How a person is called and addressed; a single word is a full name too."""

    full: str
    salutation: str
    degree: str = ""

    @property
    def mailbox(self) -> str:
        """The part of an address before the @."""
        return ".".join(self.full.lower().split())


def person(rng: Random, taken: Collection[str] = ()) -> PersonName:
    """A name that is not `taken` and no public figure's; 8 % are a single word, 15 % have a degree."""
    while True:
        name = _drawn(rng)
        if name.full not in taken and name.full.lower() not in PUBLIC_FIGURES:
            return name


def _drawn(rng: Random) -> PersonName:
    woman = rng.random() < 0.48
    salutation = Salutation.IBU if woman else Salutation.BAPAK
    degree = rng.choice(NO_HONOURS) if rng.random() < 0.15 else ""
    if rng.random() < 0.08:
        return PersonName(rng.choice((SINGLE_WOMEN if woman else SINGLE_MEN).split()), salutation, degree)
    men, women, families, _ = POOLS[weighted(rng, {pool: row[3] for pool, row in POOLS.items()})]
    given = (women if woman else men).split()
    first = " ".join(given[:2]) if given[0] in ("I", "Ni") else rng.choice(given)
    if given[0] in ("I", "Ni"):
        at = rng.randrange(0, len(given), 2)
        first = " ".join(given[at : at + 2])
    return PersonName(f"{first} {rng.choice(families.split())}", salutation, degree)


def company(rng: Random, industry: str, taken: Collection[str]) -> str:
    """A coined name without legal form that is not `taken`; two stems where one is not enough."""
    while True:
        stems = rng.sample(STEMS, 2)
        sector = rng.choice(SECTORS[industry])
        for name in (f"{stems[0]} {sector}", f"{stems[0]} {stems[1]} {sector}"):
            if name not in taken:
                return name


def industry_of(name: str) -> str:
    """What the last word of a coined name says."""
    word = name.split()[-1].title()
    return next(industry for industry, words in SECTORS.items() if word in words)


def phone(rng: Random) -> str:
    """A mobile number of valid form; nobody is called, the demo switches calls and messages off."""
    return f"+62{rng.choice((811, 812, 813, 821, 852, 857, 878, 896))}{rng.randrange(10**7, 10**8)}"
