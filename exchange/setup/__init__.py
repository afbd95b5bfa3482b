"""The first set-up of an empty installation: where it stands (steps), what is typed (forms), what it does (acting)."""
