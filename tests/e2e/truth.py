"""What the server holds in the end: the judge of every journey."""

from tests.e2e.server import Server, until

_MINE = "FROM visit v JOIN user u ON u.id = v.author_id WHERE u.username = ?"


def visits_of(server: Server, username: str) -> int:
    """How many visits of an author the server holds."""
    return server.rows(f"SELECT count(*) {_MINE}", (username,))[0][0]


def newest_visits(server: Server, username: str, count: int) -> list[str]:
    """Ids of an author's newest visits, newest first."""
    return [row[0] for row in server.rows(f"SELECT v.id {_MINE} ORDER BY v.seq DESC LIMIT ?", (username, count))]


def held_photos(server: Server, visits: list[str]) -> int:
    """How many pictures of these visits have wholly arrived from their author."""
    marks = ",".join("?" * len(visits))
    return server.rows(
        "SELECT count(*) FROM visit_photo p JOIN visit v ON v.id = p.visit_id "
        f"JOIN photo_upload u ON u.sha256 = p.sha256 AND u.user_id = v.author_id WHERE v.id IN ({marks})",
        visits,
    )[0][0]


class Ledger:
    """Counts an author's visits before a journey, and afterwards says that just so many more are there, once each."""

    def __init__(self, server: Server, username: str) -> None:
        self.server, self.username = server, username
        self.before = visits_of(server, username)

    def expect_new(self, visits: int, photos: int = 0, seconds: float = 30) -> list[str]:
        """Wait until exactly these have arrived, each once; returns their ids.

        The phone's own count says nothing here: just after a save it may still be that of before.
        """
        until(lambda: visits_of(self.server, self.username), self.before + visits, seconds)
        made = newest_visits(self.server, self.username, visits) if visits else []
        if made:
            until(lambda: held_photos(self.server, made), photos, seconds)
            kept = self.server.rows(
                f"SELECT count(*), count(DISTINCT id) FROM command WHERE id IN ({','.join('?' * len(made))})", made
            )
            assert kept == [(visits, visits)]
        return made
