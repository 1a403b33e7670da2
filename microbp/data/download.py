"""Files from the net, by pooch: from the first mirror that gives the right bytes.

pooch writes into a temporary file beside the place, compares the sha256 sum, and only then renames;
so under its name a file is whole and right, or it is not there.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from microbp.data.bars import are_watched
from microbp.data.errors import DataError
from microbp.data.files import FilePath, quoted

TIMEOUT = 30.0
"""Seconds that a mirror may be silent."""


def user_cache() -> Path:
    """The folder in which microbp keeps what it downloads.

    It is the folder that `pooch.os_cache("microbp")` names, found without pooch, as files in the cache
    are read without it too.
    """
    try:
        if sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
            return Path(local, "microbp", "microbp", "Cache")
        caches = os.environ.get("XDG_CACHE_HOME", "")
        if os.path.isabs(caches):
            return Path(caches, "microbp")
        return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "microbp"
    except RuntimeError as error:
        raise DataError(f"the user's cache: {error}; pass cache= or set XDG_CACHE_HOME") from error


def is_genuine(path: Path, sha256: str) -> bool:
    """Whether there is a file at `path` with this sha256 sum."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


def fetch(
    name: str,
    sha256: str,
    folder: FilePath,
    mirrors: Sequence[str],
    *,
    progress: bool | None = None,
    timeout: float = TIMEOUT,
) -> Path:
    """The path of file `name` in `folder`, downloaded unless it is there with the right sum.

    mirrors   addresses of folders, http or https, tried in turn
    progress  whether to show a bar on standard error; None: where that is a terminal or a notebook
    timeout   seconds that a mirror may be silent

    Raises DataError where pooch is not installed, no mirror gives the file, or the folder is not
    writable.
    """
    folder = Path(folder)
    place = folder / name
    if is_genuine(place, sha256):
        return place
    try:
        import pooch
    except ImportError as error:
        raise DataError(f"{name} cannot be downloaded without pooch") from error
    _make_writable(folder)

    def download(url: str, place: str, _: object) -> None:
        _stream(url, place, name, progress, timeout)

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("WARNING")  # the bar says what it would
    failures = []
    try:
        for mirror in mirrors:
            host = _host(mirror)
            if not host:
                failures.append(f"{mirror!r} is no http address")
                continue
            try:
                pooch.retrieve(f"{mirror.rstrip('/')}/{name}", sha256, name, folder, downloader=download)
                return place
            except (OSError, ValueError) as error:
                failures.append(f"{host}: {_reason(error)}")
    finally:
        logger.setLevel(level)
    raise DataError(f"no mirror gave {name} ({'; '.join(failures) or 'none was named'})")


def _stream(url: str, place: str, name: str, progress: bool | None, timeout: float) -> None:
    """What the address gives, saved at `place`; pooch's own bar has no name and the wrong speed."""
    import requests
    from tqdm.auto import tqdm

    if progress is None:
        progress = are_watched()
    # Without this header a server may send the file unpacked, and its sum would differ.
    asked = requests.get(url, stream=True, timeout=timeout, headers={"Accept-Encoding": "identity"})
    with asked as response, open(place, "wb") as file:
        response.raise_for_status()
        total = int(response.headers.get("Content-Length", 0)) or None
        with tqdm(desc=name, total=total, unit="B", unit_scale=True, disable=not progress) as bar:
            for chunk in response.iter_content(1 << 16):
                file.write(chunk)
                bar.update(len(chunk))


def _make_writable(folder: Path) -> None:
    """The folder made, and tried, so that a full or locked disk is not taken for a bad mirror."""
    from tempfile import TemporaryFile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataError(f"the folder {quoted(folder)} is not writable ({error.strerror or error})") from error


def _host(address: str) -> str:
    """The server of an http address, without the user's name and password; "" where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.netloc.rpartition("@")[2] if parts.scheme in ("http", "https") else ""


def _reason(error: Exception) -> str:
    """What a mirror did wrong, in a few words."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP {response.status_code}"
    if "does not match the known hash" in str(error):
        return "wrong sha256"
    return type(error).__name__
