"""A step that is only read. It has no task, and counts as read, never as solved."""

from tutor.course.kinds.base import Play
from tutor.diagnosis import Verdict


class Read(Play):
    """Lines and prose; the learner goes on when ready."""

    INPUT = "none"
    SOLVES = False
    prompt = "Go on"

    def judge(self, text: str) -> Verdict:
        """Whatever is typed, it was read."""
        self.passed = True
        return Verdict(True)

    def solution(self) -> list[str]:
        """Nothing needs to be typed."""
        return [""]


KIND = Read
