"""What the staff do by chat: the team, the wordings, the figures, the desk's health; as a person at each end sees it."""
