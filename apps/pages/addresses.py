"""Where a page may send somebody next: nowhere but to our own."""

import re
from typing import Final
from urllib.parse import urlsplit

# One slash, then what paths of ours are made of: no second slash, backslash, colon, or anything that browsers drop.
_OWN: Final = re.compile(r"/(?:[A-Za-z0-9_.~-]+(?:/[A-Za-z0-9_.~-]+)*/?)?(?:\?[A-Za-z0-9_.~=&%+-]*)?", re.ASCII)


def safe_next(wanted: str, *, within: str) -> str:
    """Return the wanted path if it is ours and lies below `within`, else `within` itself."""
    if len(wanted) > 300 or _OWN.fullmatch(wanted) is None:
        return within
    path = urlsplit(wanted).path
    is_inside = path.startswith(within) and not any(part in (".", "..") for part in path.split("/"))
    return wanted if is_inside else within
