"""Checks the proof of a visit, offline, with nothing but Python: `python3 verify_proof.py PROOF.json [PHOTO…]`.

    --key KEY    the county's public key as it was published; without it the one in the proof is believed
    --head N:HASH  a head as a bulletin printed it; where the proof passes through it, it must be the same

Exit code 0: every record is as the county took it in, and signed. 1: something is not. The words are in Chinese, as
the people who ask are. `cryptography` is used where it is there; without it the signature is checked in plain Python.
"""

# ruff: noqa: T201

import base64
import hashlib
import json
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _recover(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point")
    return P - x if x % 2 != sign else x


def _point(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        raise ValueError("no point")
    x = _recover(y, sign)
    return (x, y, 1, x * y % P)


def _add(one, two):
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number, point):
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


def signed(public, signature, message):
    """Whether this is the Ed25519 signature of the message (RFC 8032)."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return _signed_plainly(public, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed_plainly(public, signature, message):
    try:
        r, a = _point(signature[:32]), _point(public)
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    y = 4 * pow(5, P - 2, P) % P
    x = _recover(y, 0)
    left, right = _times(s, (x, y, 1, x * y % P)), _add(r, _times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def raw(text):
    """The bytes of base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def line(one):
    """An entry as the text that the county hashed."""
    facts = (one["n"], one["kind"], one["type"], one["subject"], one["what"], one["at"])
    return "".join(f"{fact}\n" for fact in facts).encode()


def check(proof, photos, key=None, printed=None):
    """What is wrong, as sentences; empty when all is as it was taken in."""
    wrong, hashes, lines = [], {}, {}
    for head in proof["heads"]:
        now = bytes.fromhex(head["before"])
        for number, digest in enumerate(head["lines"], head["from"]):
            now = hashlib.sha256(now + bytes.fromhex(digest)).digest()
            hashes[number], lines[number] = now, digest
        if number != head["n"]:
            wrong.append(f"第 {head['n']} 条的路不完整。")
        public = raw(key or head["public_key"])
        if not signed(public, raw(head["signature"]), f"ruhutong chain\n{head['n']}\n{now.hex()}\n".encode()):
            wrong.append(f"第 {head['n']} 条的签名不对。")
    for one in proof["entries"]:
        if lines.get(one["n"]) != hashlib.sha256(line(one)).hexdigest():
            wrong.append(f"第 {one['n']} 条（{one['type']} {one['subject']}）和链子上的不一样。")
        if one.get("content") is not None and hashlib.sha256(one["content"].encode()).hexdigest() != one["what"]:
            wrong.append(f"第 {one['n']} 条的内容被改过（{one['type']} {one['subject']}）。")
    last = {(one["type"], one["subject"]): one for one in proof["entries"]}
    visit = last.get(("visit", proof["visit"]))
    if visit is None or visit.get("content") is None:
        wrong.append("里面没有这次走访现在的样子。")
    for name in proof["photos"]:
        if ("visit_photo", f"{proof['visit']} {name}") not in last:
            wrong.append(f"照片 {name} 不在链子上。")
    for path in photos:
        with open(path, "rb") as file:
            name = hashlib.sha256(file.read()).hexdigest()
        if name not in proof["photos"]:
            wrong.append(f"{path} 不是这次走访的照片，或被改过。")
    if printed:
        number, _, told = printed.partition(":")
        if int(number) in hashes and hashes[int(number)] != raw(told):
            wrong.append(f"第 {number} 条和公布过的不一样。")
    return wrong


def main(arguments):
    """Run it."""
    options, paths = {}, []
    waiting = list(arguments)
    while waiting:
        one = waiting.pop(0)
        if one in ("--key", "--head") and waiting:
            options[one] = waiting.pop(0)
        else:
            paths.append(one)
    if not paths:
        print(__doc__)
        return 2
    with open(paths[0], encoding="utf-8") as file:
        proof = json.load(file)
    if proof.get("ruhutong_proof") != 1:
        print("这不是走访的证明，或是更新的版本。")
        return 2
    wrong = check(proof, paths[1:], options.get("--key"), options.get("--head"))
    for sentence in wrong:
        print(f"不对：{sentence}")
    keys = sorted({head["public_key"] for head in proof["heads"]})
    for one in proof["entries"]:
        if one["type"] == "command":
            print(f"收到 {one['at']}　第 {one['n']} 条　{one['kind']}")
    print("结论：" + ("有不对的地方。" if wrong else "和县里收到时一样，一个字也没有改过。"))
    if not options.get("--key"):
        print(f"签名的公钥是 {'、'.join(keys)}，请和公布过的比一比（或加 --key）。")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
