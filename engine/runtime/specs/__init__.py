"""What each kind of element does when a token comes: SpiffWorkflow's task specs, made read-only."""
