"""Samples: where they come from, how they are decoded, split, changed and fed."""
