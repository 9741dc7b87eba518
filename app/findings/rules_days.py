"""Working days between two days."""

from datetime import date, timedelta

from app.workdays import is_workday


def workdays_between(first: date, last: date) -> int:
    """How many working days lie after the first day up to the last."""
    return sum(is_workday(first + timedelta(days=at)) for at in range(1, (last - first).days + 1))
