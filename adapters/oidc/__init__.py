"""An OpenID provider: who asks it for its keys, and one that stands in for it."""
