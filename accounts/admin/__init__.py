from accounts.admin.groups import GroupAdmin
from accounts.admin.people import UserAdmin
from accounts.admin.positions import PositionAdmin
from accounts.admin.second_factors import AuthenticatorAdmin
from accounts.admin.teams import TeamAdmin, TeamMembershipAdmin

__all__ = [
    "AuthenticatorAdmin",
    "GroupAdmin",
    "PositionAdmin",
    "TeamAdmin",
    "TeamMembershipAdmin",
    "UserAdmin",
]
