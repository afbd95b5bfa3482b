from accounts.models.form_token import FormToken
from accounts.models.position import Position, Tier
from accounts.models.team import Team, TeamMembership
from accounts.models.user import GroupMembership, User

__all__ = ["FormToken", "GroupMembership", "Position", "Team", "TeamMembership", "Tier", "User"]
