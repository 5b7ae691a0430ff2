"""The epidemic engine once more, slow and in plain Python: what the kernels must equal bit for bit.

It is written from the meaning of the rules (`docs/epidemic.md`): people, places, stays in quarantine and infections
are objects, what will happen is a dict of lists, who is away from work is counted by visiting everybody each
evening. Nothing of it is fast, and nothing of it comes from a kernel. What a draw is addressed by, in which order
contacts of a day take place and in which order numbers are multiplied is part of the definition, and is the same.
"""
