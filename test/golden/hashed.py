"""Numbers that every language makes alike, so that weights and pictures of goldens need no file."""

import torch


def hashed(stream, count):
    """Numbers in [-1, 1): the murmur3 finaliser of stream * 1000003 + index."""
    h = (torch.arange(count, dtype=torch.int64) + stream * 1000003) & 0xFFFFFFFF
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & 0xFFFFFFFF
    h ^= h >> 16
    return h.double() / 2**31 - 1
