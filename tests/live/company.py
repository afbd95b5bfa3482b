"""`python -m tests.live.company`: one client worth Rp10 million a month, an owner who can sign in, her numbers."""

from datetime import date

import django

PASSWORD = "sandi-untuk-uji"


def main() -> None:
    django.setup()

    from django.contrib.auth.hashers import make_password

    from accounts.days import today
    from kpis import snapshots
    from tests import factories

    day = today()
    team = factories.TeamFactory(name="Ritel")
    owner = factories.UserFactory(
        full_name="Rina Pemilik", email="owner@contoh.example", password=make_password(PASSWORD)
    )
    lead = factories.UserFactory(
        full_name="Ketua", email="lead@contoh.example", password=make_password(PASSWORD)
    )
    factories.TeamMembershipFactory(team=team, user=owner, role="member")
    factories.TeamMembershipFactory(team=team, user=lead, role="lead")
    client = factories.ClientFactory(legal_name="Nusarena Pangan")
    factories.AssignmentFactory(client=client, user=owner)
    contract = factories.ContractFactory(
        client=client, start=date(day.year - 2, 1, 1), end=date(day.year + 2, 12, 31)
    )
    factories.ContractLineFactory(contract=contract)
    snapshots.rebuild_all(day)


if __name__ == "__main__":
    main()
