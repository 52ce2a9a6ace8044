"""Reads envelopes, records and receipts by the pages of docs/protocol alone.

It is a second implementation of envelope.md, the header of record.md, receipt.md and what
they need of identity.md, in nothing but Python's standard library, to find out whether
those pages and the vectors are enough for one. It prints a line for each vector:

    python3 check_vectors.py FOLDER...      the folders with vectors

FILE valid N ok · FILE damaged N signature · …, the word being refused_as where it refuses.
"""

import base64
import hashlib
import json
import pathlib
import sys


class Refused(Exception):
    """Its argument is what the vectors call refused_as."""


# Ed25519, as RFC 8032 section 5.1 has it; slow, which doesn't matter here.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, h, f, g = f - e, f + e, d - c, d + c
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, a):
    sum_ = (0, 1, 1, 0)
    while n:
        if n & 1:
            sum_ = add(sum_, a)
        a, n = add(a, a), n >> 1
    return sum_


def point(b):
    y = int.from_bytes(b, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P or x == 0 and sign:
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(key, message, signature):
    a, r = point(key), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# Deterministic CBOR: identity.md, "The CBOR of all pages".


def head(major, n):
    for size, extra in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if n < 24:
            return bytes([major << 5 | n])
        if n < 1 << 8 * size:
            return bytes([major << 5 | extra]) + n.to_bytes(size, "big")
    raise OverflowError


def encode(v):
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(encode, v))
    pairs = sorted((encode(k), encode(x)) for k, x in v.items())
    return head(5, len(pairs)) + b"".join(k + x for k, x in pairs)


def decode(b, depth=0):
    """The first item of b, and what is behind it."""
    if not b or depth > 16:
        raise ValueError("no item, or too deep")
    major, n = b[0] >> 5, b[0] & 31
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(n, 0)
    if n > 27 or len(b) < 1 + size:
        raise ValueError("no length")
    if size:
        n = int.from_bytes(b[1 : 1 + size], "big")
    if head(major, n) != b[: 1 + size]:
        raise ValueError("a longer head than it needs")
    b = b[1 + size :]
    if major < 2:
        return (n if major == 0 else -1 - n), b
    if major < 4:
        if len(b) < n:
            raise ValueError("cut short")
        return (b[:n] if major == 2 else b[:n].decode()), b[n:]
    if major == 4:
        items = []
        for _ in range(n):
            v, b = decode(b, depth + 1)
            items.append(v)
        return items, b
    if major != 5:
        raise ValueError("a tag, or a simple value")
    pairs, last = {}, b""
    for _ in range(n):
        before = b
        k, b = decode(b, depth + 1)
        key = before[: len(before) - len(b)]
        if key <= last:
            raise ValueError("keys out of order")
        last = key
        pairs[k], b = decode(b, depth + 1)
    return pairs, b


def exactly(b, refused_as):
    try:
        v, rest = decode(b)
    except (ValueError, TypeError) as e:
        raise Refused(refused_as) from e
    if rest:
        raise Refused(refused_as)
    return v


# envelope.md


def read_envelope(b):
    """Header, payload, signature, and what was signed."""
    refused = Refused("envelope")
    v = exactly(b, "envelope")
    if not (isinstance(v, list) and len(v) == 4 and isinstance(v[0], bytes) and v[1] == {} and isinstance(v[2], bytes)):
        raise refused
    protected, _, payload, signature = v
    p = exactly(protected, "envelope")
    if not (isinstance(p, dict) and set(p) == {1, "h"} and p[1] == -8 and isinstance(p["h"], bytes)):
        raise refused
    if not isinstance(signature, bytes) or len(signature) != 64 or len(b) > 4 << 20:
        raise refused
    return p["h"], payload, signature, encode(["Signature1", protected, b"baraza record v1", payload])


# record.md

CONTROL, TEXT, ATTACHMENTS = 0, 1, 3
KINDS = {  # lane, and whether it is sealed
    1: (CONTROL, False), 2: (CONTROL, False), 3: (CONTROL, True), 4: (CONTROL, False),
    16: (TEXT, True), 17: (TEXT, True), 18: (TEXT, True), 19: (TEXT, True), 20: (TEXT, True),
    32: (ATTACHMENTS, False),
}  # fmt: skip
FIELDS = ("version", "origin", "incarnation", "lane", "seq", "kind", "consultation", "prev", "epoch")
SIZES = {"origin": 16, "consultation": 8, "prev": 8}


def read_header(b):
    v = exactly(b, "record")
    if not isinstance(v, list) or len(v) != len(FIELDS):
        raise Refused("record")
    h = dict(zip(FIELDS, v))
    for name, x in h.items():
        size = SIZES.get(name)
        if not (isinstance(x, bytes) and len(x) == size if size else isinstance(x, int) and x >= 0):
            raise Refused("record")
    lane, sealed = KINDS.get(h["kind"], (h["lane"], h["epoch"] > 0))
    if (
        h["version"] != 1 or h["lane"] > 3 or h["seq"] < 1 or not 1 <= h["kind"] <= 255
        or h["lane"] != lane or (h["epoch"] > 0) != sealed or (h["seq"] == 1) != (h["prev"] == bytes(8))
    ):  # fmt: skip
        raise Refused("record")
    return h


def read_record(b):
    try:
        header, payload, signature, message = read_envelope(b)
    except Refused as e:
        raise Refused("record") from e
    return read_header(header), payload, signature, message


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def gf32(a, b):
    p = 0
    while b:
        if b & 1:
            p ^= a
        a <<= 1
        if a & 32:
            a ^= 0b100101
        b >>= 1
    return p


def code(record_id):
    bits = int.from_bytes(record_id[:6], "big") >> 3
    digits = [bits >> 5 * (8 - i) & 31 for i in range(9)]
    check, power = 0, 1
    for d in digits:
        power = gf32(power, 2)
        check ^= gf32(d, power)
    text = "".join(CROCKFORD[d] for d in digits + [check])
    return text[:5] + "-" + text[5:]


# receipt.md


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(record_id):
    return sha(b"\0", record_id)


def node(left, right):
    return sha(b"\1", left, right)


def split(n):
    return 1 << (n - 1).bit_length() - 1


def checkpoint_text(name, size, root, time):
    return f"{name}\n{size}\n{base64.b64encode(root).decode()}\ntime {time}\n".encode()


def note(name, key, c):
    hint = sha(name.encode(), b"\n\1", key)[:4]
    text = checkpoint_text(name, c[1], c[2], c[3]).decode()
    return f"{text}\n\u2014 {name} {base64.b64encode(hint + c[4]).decode()}\n"


def walk(low, high, entries, proof):
    """The hash of the leaves low to high; takes from proof what it needs."""
    if not any(low <= i < high for _, i in entries):
        if not proof:
            raise Refused("receipt")
        return proof.pop(0)
    if high - low == 1:
        return leaf(next(id_ for id_, i in entries if i == low))
    middle = low + split(high - low)
    return node(walk(low, middle, entries, proof), walk(middle, high, entries, proof))


def consistent(old, old_root, new, new_root, proof):
    """RFC 6962 section 2.1.2, as RFC 9162 section 2.1.4.2 verifies it."""
    proof = list(proof)
    if old & (old - 1) == 0:
        proof.insert(0, old_root)
    if not proof:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


def hashes(v):
    if not isinstance(v, list) or any(not isinstance(x, bytes) or len(x) != 32 for x in v):
        raise Refused("receipt")
    return list(v)


def read_checkpoint(v, name, key):
    if not isinstance(v, dict) or set(v) != {1, 2, 3, 4}:
        raise Refused("receipt")
    if not signed(key, checkpoint_text(name, v[1], v[2], v[3]), v[4]):
        raise Refused("receipt")
    return v


def check_receipts(b, name, key, held):
    """The entries, checked by who holds the checkpoint held (of size 0: who holds none)."""
    v = exactly(b, "receipt")
    if not isinstance(v, dict) or not {1, 2, 3, 5} <= set(v) <= {1, 2, 3, 4, 5, 6}:
        raise Refused("receipt")
    c, since = read_checkpoint(v[3], name, key), v[2]
    entries = v[5]
    if any(b[1] <= a[1] for a, b in zip(entries, entries[1:])):
        raise Refused("receipt")
    if held and held[1]:
        if held[1] == c[1]:
            if held[2] != c[2]:
                raise Refused("fork")
        elif c[1] < held[1] or since != held[1]:
            raise Refused("unlinked")
        elif not consistent(held[1], held[2], c[1], c[2], hashes(v.get(4, []))):
            raise Refused("receipt")
    proof = hashes(v.get(6, []))
    if entries and walk(0, c[1], entries, proof) != c[2] or proof:
        raise Refused("receipt")
    return entries, c


def check_path(receipt, name, key):
    """One receipt by itself, with the audit path of RFC 6962."""
    r = exactly(receipt, "receipt")
    c, path = read_checkpoint(r[3], name, key), hashes(r[4])

    def up(low, high):
        if high - low == 1:
            return leaf(r[1])
        middle = low + split(high - low)
        if r[2] < middle:
            left, right = up(low, middle), None
            return node(left, path.pop(0))
        right = up(middle, high)
        return node(path.pop(0), right)

    return 0 <= r[2] < c[1] and up(0, c[1]) == c[2] and not path


# The vectors.


def want(got, expected):
    if got != expected:
        raise AssertionError(f"{got!r} is not {expected!r}")


def envelope(v):
    header, payload, signature, message = read_envelope(bytes.fromhex(v["envelope"]))
    if "key" in v and not signed(bytes.fromhex(v["key"]), message, signature):
        raise Refused("signature")
    if "digest" in v:
        want(header.hex(), v["header"])
        want(payload.hex(), v["payload"])
        want(message.hex(), v["sig_structure"])
        want(sha(message).hex(), v["digest"])
        want(code(sha(message)), v["code"])


def record(v):
    h, payload, signature, message = read_record(bytes.fromhex(v["record"]))
    if not signed(bytes.fromhex(v["device_key"]), message, signature):
        raise Refused("signature")
    if "id" in v:
        want(sha(message).hex(), v["id"])
        want(code(sha(message)), v["code"])
        want(payload.hex(), v["payload"])
        want(h["origin"], sha(bytes.fromhex(v["device_key"]))[:16])
        for name in ("origin", "consultation", "prev"):
            want(h[name].hex(), v[name])
        for name in ("incarnation", "lane", "seq", "kind", "epoch"):
            want(str(h[name]), v[name])


def receipts(v):
    key = bytes.fromhex(v["log_key"])
    name = "baraza.example/log/" + v["root"]
    held = exactly(bytes.fromhex(v["held"]), "receipt") if v["held"] else None
    entries, c = check_receipts(bytes.fromhex(v["receipts"]), name, key, held)
    if "note" in v:
        want(note(name, key, c), v["note"])
        for id_, index in entries:
            want(id_, sha(index.to_bytes(8, "big") + b"\0"))
    if v.get("first_receipt") and not check_path(bytes.fromhex(v["first_receipt"]), name, key):
        raise Refused("receipt")


def main(folders):
    for folder in map(pathlib.Path, folders):
        for file, check in (("envelope", envelope), ("record", record), ("receipts", receipts)):
            if not (folder / f"{file}.json").exists():
                continue
            vectors = json.loads((folder / f"{file}.json").read_text())
            for state in ("valid", "damaged"):
                for n, v in enumerate(vectors[state]):
                    said = "ok"
                    try:
                        check(v)
                    except Refused as e:
                        said = str(e)
                    print(file, state, n, said)


if __name__ == "__main__":
    main(sys.argv[1:])
