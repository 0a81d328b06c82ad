"""What a diagram shows before anything runs: properties of a procedure that can be proved from its drawing."""
