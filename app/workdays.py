"""Working days of China (工作日), with the days that are moved around holidays (调休)."""

from datetime import date, timedelta

import chinese_calendar


def is_workday(day: date) -> bool:
    """Whether offices work on a day; where the State Council's notice is not known yet, from Monday to Friday."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5


def workdays_later(day: date, count: int) -> date:
    """The last day of a deadline of so many working days that begins the day after."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
