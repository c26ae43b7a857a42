"""What schemathesis is told beyond the document: how to make certain texts, what to leave alone, and what
no schema can say.

Nothing here hides a status that is not documented, an answer that is not as its schema says, or a failure of
the server, but for the operations named at the end, each with its reason.
"""

import json
import os
import re
import unicodedata
from datetime import UTC, datetime, timedelta

import schemathesis
from hypothesis import strategies as st

CAMERAS = os.environ["NIGHTJAR_CONTRACT_CAMERAS"]
KEPT = set(os.environ["NIGHTJAR_CONTRACT_KEPT"].split(","))
MEDIA = os.environ["NIGHTJAR_CONTRACT_MEDIA"].split()
MEDIA_FILE = os.environ["NIGHTJAR_CONTRACT_FILE"]
NOBODY = "00000000-0000-7000-8000-000000000000"

# Every address leads to this machine: to a simulated camera, or to a port where nobody listens.
schemathesis.openapi.format(
    "rtsp-uri",
    st.one_of(
        st.sampled_from([f"rtsp://{CAMERAS}/cam000{number}/main" for number in (1, 2, 3)]),
        st.integers(1, 65_000).map(lambda number: f"rtsp://127.0.0.1:9/stream{number}"),
        st.integers(1, 65_000).map(lambda number: f"rtsp://user:p%40ss@127.0.0.1:9/{number}?channel=1"),
    ),
)
schemathesis.openapi.format(
    "ip-network", st.one_of(st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str), st.just("10.0.0.0/8"))
)
# As it stands in the document; of headers, schemathesis would make letters and digits only.
schemathesis.openapi.format("entity-tag", st.from_regex(r'\A(\*|(W/)?"[0-9]{1,2}")\Z'))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Keeps the run's own accounts and tokens alive, and its requests on this machine."""
    changes = case.method.upper() not in ("GET", "HEAD", "OPTIONS")
    parameters = case.path_parameters or {}
    if changes and str(parameters.get("id", "")).lower() in KEPT:
        case.path_parameters["id"] = NOBODY
    if case.meta is not None and case.meta.generation.mode.is_positive:
        use_media(case, parameters)
        mend_ranges(case)
    if isinstance(case.body, dict):
        here = re.compile(r"^rtsp://192\.0\.2\.\d+")
        for holder in (case.body, case.body.get("source")):
            for name in ("url", "main_url", "sub_url"):
                if isinstance(holder, dict) and isinstance(holder.get(name), str):
                    holder[name] = here.sub("rtsp://127.0.0.1:9", holder[name])


def use_media(case, parameters):
    """Signed addresses can't be guessed: those of the run's own session and file are used."""
    for address in MEDIA:
        prefix, token = address.split("?token=")
        for name in ("playback/sessions", "storage/segments"):
            part = f"/api/v1/{name}/"
            if case.path.startswith(part + "{id}/") and prefix.startswith(part) and "token" in (case.query or {}):
                case.path_parameters["id"] = prefix.removeprefix(part).split("/")[0]
                case.query["token"] = token
                if "file" in parameters:
                    case.path_parameters["file"] = MEDIA_FILE


def mend_ranges(case):
    """Makes ranges of time that can be asked for out of two times that were drawn apart."""
    query = case.query if isinstance(case.query, dict) else {}
    if "cursor" in query:
        query.pop("page", None)
    for holder, first, last in (
        (query, "start_date", "end_date"), (query, "from", "to"), (case.body, "from", "to"),
    ):
        if not isinstance(holder, dict) or not isinstance(holder.get(first), str):
            continue
        if first == "from" or (isinstance(holder.get(last), str) and holder[first] >= holder[last]):
            now = datetime.now(UTC)
            holder[first] = (now - timedelta(minutes=2)).isoformat().replace("+00:00", "Z")
            if last in holder:
                holder[last] = now.isoformat().replace("+00:00", "Z")


# Requests that fit their schema and are refused all the same, because it depends on another field, on the time,
# or on what there is: 400 with exactly these fields in `error.details` is right then.
DEPENDS = {
    "GET /api/v1/audit": {"end_date"},
    "GET /api/v1/events": {"end_date", "page"},
    "GET /api/v1/recordings": {"end_date", "page"},
    "GET /api/v1/storage/segments": {"end_date", "page"},
    # Which texts are paths of this server, the URL standard says at length.
    "GET /api/v1/auth/oidc/{provider}/start": {"return_to"},
    # The window must not be reversed, longer than 31 days, or cut into more than 5,000 bins.
    "GET /api/v1/recordings/timeline/{camera_id}": {"from", "to", "resolution"},
    "POST /api/v1/playback/start": {"from", "to"},
    # A group must be there; the key of a camera stays; another device does not get its password.
    "POST /api/v1/cameras": {"group_id"},
    "PUT /api/v1/cameras/{id}": {"group_id", "key", "source.password"},
    "PATCH /api/v1/cameras/{id}": {"group_id", "key", "source.password"},
    # Groups must be there; a program has no password, a person has one; bytes are counted, not characters.
    "POST /api/v1/users": {"groups", "password"},
    # Only the account itself sets up a second factor.
    "PATCH /api/v1/users/{id}": {"groups", "password", "totp"},
    "POST /api/v1/tokens": {"groups", "expires_at"},
    "PUT /api/v1/tokens/{id}/permissions": {"groups"},
}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether a failure is one."""
    kind = type(failure).__name__
    if kind == "RejectedPositiveData":
        return not depends(case, response)
    if kind == "ServerError":
        return not is_meant(case, response)
    if kind == "UseAfterFree":
        # `DELETE …/footage` leaves a record of what it deleted, which is the very thing that is shown then.
        return case.operation.label != "GET /api/v1/cameras/{id}/footage/deletions"
    return True


def depends(case, response):
    error = body(response).get("error") or {}
    details = error.get("details") or {}
    # Databases take every character but this one, which schemathesis likes.
    if response.status_code == 400 and "U+0000" in error.get("message", ""):
        return True
    # Names and descriptions hold no characters that can't be seen, which a schema can't say.
    if response.status_code == 400 and any("visible" in str(text) for text in details.values()):
        sent = json.dumps(case.body, ensure_ascii=False, default=str)
        return any(unicodedata.category(one) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp") for one in sent) or "\\u" in sent
    # Keys are drawn again; each belongs to the request that came first.
    if response.status_code == 422 and error.get("code") == "IDEMPOTENCY_KEY_REUSED":
        return True
    label = case.operation.label
    if label == "GET /api/v1/ws/events":
        # No client of plain HTTP can upgrade the connection.
        return response.status_code in (400, 426)
    return response.status_code == 400 and bool(details) and set(details) <= DEPENDS.get(label, set())


def is_meant(case, response):
    """The two operations whose answer may be a 5xx, because that is what was asked for."""
    answer = body(response)
    label = case.operation.label
    if label == "POST /api/v1/cameras/probe":
        # It says of a camera that it can't be reached, or answers nonsense.
        return response.status_code == 502 and answer["error"]["code"].startswith("CAMERA_")
    # Load balancers read the status: a camera that was added is not connected yet.
    return label == "GET /ready" and response.status_code == 503 and answer.get("ready") is False


def body(response):
    try:
        value = json.loads(response.content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
