"""Where SpiffWorkflow executes diagrams, corrected by its own extension points; nobody else imports it."""
