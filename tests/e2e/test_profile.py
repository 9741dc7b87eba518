"""What a finder of the phone would find: the browser's profile folder, searched byte by byte.

The search itself is tried first: it must find what is planted in the clear, in each encoding.
"""

from contextlib import closing
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.desk import device_of, revoke
from tests.e2e.phone import Phone
from tests.e2e.server import Server

PLANT = """(word) => new Promise((done, failed) => {
  const ask = indexedDB.open("planted", 1);
  ask.onupgradeneeded = () => ask.result.createObjectStore("rows");
  ask.onerror = () => failed(ask.error);
  ask.onsuccess = () => {
    // As little to be made smaller as a JPEG.
    const large = new Uint8Array(320000);
    for (let at = 0; at < large.length; at += 64000) crypto.getRandomValues(large.subarray(at, at + 64000));
    const work = ask.result.transaction("rows", "readwrite", { durability: "strict" });
    work.objectStore("rows").put({ text: word, large }, 1);
    work.oncomplete = () => { ask.result.close(); done(Array.from(large.slice(150000, 150048))); };
  };
})"""
PICTURE_SLICES = 5


def needles_of(words: list[str]) -> dict[str, list[bytes]]:
    """Each word as browsers write it down."""
    return {word: [word.encode("utf-8"), word.encode("utf-16-le"), word.encode("utf-16-be")] for word in words}


def found_in(folder: Path, needles: dict[str, list[bytes]]) -> dict[str, str]:
    """Which of the words lie in any file of the folder, and where."""
    found = {}
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        data = path.read_bytes()
        for name, forms in needles.items():
            if any(form in data for form in forms):
                found[name] = str(path.relative_to(folder))
    return found


def telling(data: bytes, slices: int) -> list[bytes]:
    """Slices of a picture that could be of no other file: one of a single colour becomes a run of equal bytes."""
    step = max(1, (len(data) - 48) // 400)
    found = [data[at : at + 48] for at in range(step, len(data) - 48, step)]
    found = [one for one in found if len(set(one)) >= 24]
    assert len(found) >= slices, "a picture with something in it"
    return found[:: len(found) // slices][:slices]


def register_words(server: Server) -> list[str]:
    """Names of those who live where the cadre works, and the numbers of theirs that go to the phone."""
    rows = server.rows("SELECT p.name FROM person p JOIN household h ON h.id = p.household_id "
                       "WHERE h.division LIKE '349927100201%' AND length(p.name) >= 3")  # fmt: skip
    words = sorted({name for (name,) in rows})
    assert len(words) > 50
    return words


def register_numbers(server: Server) -> list[str]:
    """Digits that go to the phone: every telephone number, and every ID number as the phone shows it."""
    numbers: set[str] = set()
    with closing(server.client("village")) as client:
        cursor, more = "", True
        while more:
            answer = client.get("/api/sync/pull", params={"cursor": cursor, "limit": 500}).json()
            for change in answer["changes"]:
                data = change.get("data") or {}
                said = [data.get("phone"), data.get("id_masked"), *(one["phone"] for one in data.get("contacts") or ())]
                numbers |= {one for one in said if change["type"] == "person" and one and len(one) >= 11}
            cursor, more = answer["cursor"], answer["more"]
    assert sum(one.isdigit() for one in numbers) > 20
    assert sum("*" in one for one in numbers) > 15
    return sorted(numbers)


def photos_of(server: Server) -> set[Path]:
    """The pictures that the server has."""
    return {path for path in (server.home / "photos").rglob("*") if path.is_file()}


def test_nothing_of_the_register_is_found_in_the_profile_folder(new_phone, server: Server, pictures, browser):
    """Before a wipe because it is sealed, after it because the keys are gone too; a planted word is found each time.

    The wipe is a sign-out first, and then the county's revocation of the phone.
    """
    phone: Phone = new_phone()
    phone.open("/")
    account = server.accounts["village"]
    phone.sign_in(account)
    words = register_words(server)
    seen = phone.page.get_by_test_id("household-item").all_text_contents()
    assert any(word in " ".join(seen) for word in words), "the search is for what the phone really shows"
    phone.page.get_by_test_id("household-search").fill(words[0])
    phone.page.get_by_test_id("household-search").fill("")
    taken, before = pictures(2), photos_of(server)
    phone.context.set_offline(True)
    phone.visit(4, *taken)
    phone.start_visit(5)
    phone.take(taken[1])
    note = "雨后屋檐一角要修"
    phone.page.get_by_role("button", name="记一条困难").click()
    phone.page.locator("textarea").last.fill(note)
    expect(phone.page.get_by_test_id("sync-state").first).to_contain_text("已存在手机")
    phone.context.set_offline(False)
    phone.sync()
    phone.expect_all_received()

    needles = needles_of([*words, *register_numbers(server), note, account["password"]])
    for number, path in enumerate(taken):
        needles[f"picture {number}"] = telling(path.read_bytes(), PICTURE_SLICES)
    sent = photos_of(server) - before
    assert len(sent) == 2, "the pictures as the phone has kept and sent them"
    for path in sent:
        needles[path.name] = telling(path.read_bytes(), PICTURE_SLICES)

    planted = "种下的字"
    slice_of_picture = bytes(phone.page.evaluate(PLANT, planted))
    phone.close()
    control = needles_of([planted]) | {"a picture": [slice_of_picture]}
    assert set(found_in(phone.profile, control)) == set(control), "the search finds what is there"
    assert found_in(phone.profile, needles) == {}

    phone.open("/me")
    phone.page.get_by_role("button", name="退出登录").click()
    again = phone.page.get_by_role("button", name="再点一下")
    expect(again.or_(phone.page.get_by_test_id("login-username")).first).to_be_visible()
    if again.is_visible():
        again.click()
    expect(phone.page.get_by_test_id("login-username")).to_be_visible(timeout=20_000)
    phone.close()
    assert set(found_in(phone.profile, control)) == set(control)
    assert found_in(phone.profile, needles) == {}

    phone.open("/login")
    phone.sign_in(account)
    device = device_of(phone.page)
    phone.close()
    assert found_in(phone.profile, needles) == {}, "signed in again"
    revoke(browser, server, device)
    phone.open("/")
    expect(phone.page.get_by_text("县里停用了这部手机")).to_be_visible(timeout=60_000)
    phone.close()
    assert set(found_in(phone.profile, control)) == set(control)
    assert found_in(phone.profile, needles) == {}, "the county stopped it"
