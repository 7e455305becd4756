"""Answers to choose from, as a tree of ids."""

from collections.abc import Iterable, Sequence

from workflow_scripts.tokens.vocabulary import EOS


class Trie:
    """Which token may follow what is written of an answer; every answer ends with eos."""

    def __init__(self, answers: Iterable[Sequence[int]]):
        """answers: ids without bos and eos. Raises ValueError if there is none or one is empty."""
        self._root: dict[int, dict] = {}
        self.largest = -1  # id
        for answer in answers:
            if not len(answer):
                raise ValueError("an answer without tokens cannot be chosen: leave it out")
            node = self._root
            for token in (*answer, EOS):
                node = node.setdefault(token, {})
            self.largest = max(self.largest, *answer)
        if not self._root:
            raise ValueError("no answers to choose from")

    def after(self, written: Iterable[int]) -> list[int]:
        """The ids that may follow; none after a finished answer or one that is not in the tree.

        >>> Trie([[7, 8], [7, 9]]).after([7])
        [8, 9]
        """
        node = self._root
        for token in written:
            if token not in node:
                return []
            node = node[token]
        return list(node)
