"""Organisations and persons that stand in the registry twice: found, proposed, and merged when a person says so.

`likeness` finds pairs that may be one and the same, `moving` moves all that points to one row over to the
other, and `actions` proposes, previews, merges and refuses.
"""
