from accounts.models.form_token import FormToken
from accounts.models.position import Position, Tier
from accounts.models.team import Team, TeamMembership
from accounts.models.user import User

__all__ = ["FormToken", "Position", "Team", "TeamMembership", "Tier", "User"]
