"""Use cases: one file per noun, one function per verb. They decide; the writer commits."""
