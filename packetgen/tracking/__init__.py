"""Follow-up until the decision: what was sent, whom we called, what is due."""
