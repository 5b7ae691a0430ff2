"""The sections of `docs/evidence/epidemic.md`, one module each: what was compared, and what came out."""
