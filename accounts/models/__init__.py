from accounts.models.position import Position, Tier
from accounts.models.team import Team, TeamMembership
from accounts.models.user import User

__all__ = ["Position", "Team", "TeamMembership", "Tier", "User"]
