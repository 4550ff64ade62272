"""Things that have an order, shuffled: the learner types their letters in the right one."""

import re
from collections.abc import Mapping
from random import Random

from tutor.course.kinds.base import LETTERS, NOTHING, Option, Play, checked, no
from tutor.course.table import Table
from tutor.diagnosis import Verdict


class Order(Play):
    """`items` stand in the file in their right order; `{k1}` is the letter that the first one got."""

    INPUT = "order"
    prompt = "The order"
    placeholder = "all letters, such as b d a c"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """Three to eight items, no two alike."""
        items = tuple(checked(table, "items", item) for item in table.texts("items"))
        if not 3 <= len(items) <= 8 or len(set(items)) != len(items):
            raise table.error("items", "there must be three to eight, no two alike.")
        return {**super().read(table), "items": items}

    def begin(self) -> None:
        """Shuffle; never into the right order."""
        self._places = list(range(len(self.options("items"))))
        random = Random(f"{self.step.id} {self.seed}")
        while self._places == sorted(self._places):
            random.shuffle(self._places)

    def own_names(self) -> Mapping[str, bytes]:
        """`k1`, `k2`, …: the letters, in the right order; `solution`: all of them."""
        keys = self._keys()
        named = {f"k{number}": key.encode() for number, key in enumerate(keys, 1)}
        return {**named, "solution": " ".join(keys).encode()}

    def choices(self) -> list[Option]:
        """The items as they were shuffled."""
        items = self.options("items")
        return [Option(LETTERS[n], self.fill(items[place])) for n, place in enumerate(self._places)]

    def _keys(self) -> list[str]:
        return [LETTERS[self._places.index(place)] for place in range(len(self._places))]

    def judge(self, text: str) -> Verdict:
        """Letters with or without blanks, commas or arrows between them."""
        typed = re.findall(r"[a-z]", re.sub(r"->|→|,|;|\.", " ", text.casefold()))
        keys = self._keys()
        if not text.strip():
            return NOTHING
        if sorted(typed) != sorted(keys):
            words = f"Each letter is needed once: {' '.join(sorted(keys))}."
            return no("lesson.no-order", words, "Type all of them in their right order.")
        if typed == keys:
            self.passed = True
            return Verdict(True)
        good = next(n for n, (left, right) in enumerate(zip(typed, keys, strict=True)) if left != right)
        wrong = next(option.text for option in self.choices() if option.key == typed[good])
        front = "" if good == 0 else f"The first {good} {'is' if good == 1 else 'are'} right. But "
        words = f"{front}`{wrong.replace('`', '')}` does not come at place {good + 1}: something must come before it."
        return no("lesson.order", words, "What must be known before that can be said?", source=self.step.source)

    def solution(self) -> list[str]:
        """The letters in the right order."""
        return [" ".join(self._keys())]


KIND = Order
