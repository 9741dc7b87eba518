"""A phone in a process of its own, pushing without end: what it was told goes to a file, line by line."""

import json
import sys
from pathlib import Path

import httpx

from tests import makers


def run(url: str, cookie: str, device_id: str, household_id: str, said: Path, rounds: int) -> None:
    """Push batches; a lost answer is sent again, as phones do. Writes `id status` of each receipt."""
    with httpx.Client(base_url=url, cookies={"ruhutong_session": cookie}, trust_env=False, timeout=10) as line:
        for _ in range(rounds):
            commands = [makers.command("visit", makers.visit(household_id)) for _ in range(10)]
            body = json.dumps({"device_id": device_id, "commands": commands}).encode()
            while True:
                try:
                    answer = line.post("/api/sync/push", content=body)
                except httpx.HTTPError:
                    continue
                if answer.status_code == 200:
                    break
            with said.open("a") as file:
                file.writelines(f"{one['id']} {one['status']}\n" for one in answer.json()["receipts"])


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], Path(sys.argv[5]), int(sys.argv[6]))
