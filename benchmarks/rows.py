"""The rows of the performance budgets: what was measured, beside what it may be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One budget. `value` and `budget` are in `unit`; a ratio has none."""

    what: str
    value: float
    budget: float | None
    unit: str = ""
    detail: str = ""

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return _shown(self.value, self.unit)

    @property
    def allowed(self) -> str:
        return "" if self.budget is None else f"≤ {_shown(self.budget, self.unit)}"

    @property
    def verdict(self) -> str:
        """Whether the budget holds, said plainly."""
        if self.budget is None:
            return ""
        over = self.value - self.budget
        return f"over by {_shown(over, self.unit)}" if over > 0 else "holds"


def _shown(value: float, unit: str) -> str:
    match unit:
        case "$":
            return f"${value:.3f}"
        case "MB":
            return f"{value:.2f} MB"
        case "":
            return f"{value:.2f}"
        case _:
            return f"{value:g} {unit}"
