"""Which release is being served: follows `current` and swaps one reference, without a restart."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic

from geodata.cache import Cache, keeping
from geodata.errors import Unavailable
from geodata.store.base import Store
from geodata.store.embedded import EmbeddedStore, StoreCaches
from geodata.workspace import Workspace
from service.settings import Settings

log = logging.getLogger("lodeline")
RETRY_S = 1.0
"""Seconds until a release that could not be opened is tried again."""
Opener = Callable[[Path], Store]
"""Opens a release folder; what it keeps for all releases together is its own."""


def _embedded(settings: Settings) -> Opener:
    """Releases opened into arrays, which share one budget of memory."""
    caches = StoreCaches.of(settings.cache_bytes("store"))
    priority, fresh_days = settings.source_priority, settings.fresh_days
    return lambda folder: EmbeddedStore(folder, priority, caches, fresh_days)


STORES: Mapping[str, Callable[[Settings], Opener]] = {"embedded": _embedded}
"""Stores there are, by the name in the settings."""


def opener(settings: Settings) -> Opener:
    """How releases are opened by the store of the settings."""
    return STORES[settings.store](settings)


class OpenReleases:
    """The open releases of a workspace: the current one, and a few older ones asked for."""

    def __init__(self, settings: Settings) -> None:
        self.workspace = Workspace(settings.workspace)
        self._opener = opener(settings)
        older: Cache[Store] = Cache(settings.releases_open_max, lambda *_: 1, probation=1)
        self._named = keeping(older, self._open)
        self._lock = threading.Lock()
        self._opening: str | None = None
        self._failed: tuple[str | None, float] = (None, 0.0)
        self._current: Store | None = None
        self._follow(self.workspace.current_id())

    @property
    def current(self) -> Store | None:
        """What is open as the current release, without looking whether another is published."""
        return self._current

    @property
    def serving(self) -> str | None:
        """Id of the release that is open as the current one."""
        return None if self._current is None else self._current.manifest.id

    def store(self, release: str | None = None) -> Store:
        """The current release, or the one named.

        Raises Unavailable where nothing is published, NotFound for an unknown release.
        """
        wanted = self.workspace.current_id() if release is None else release
        current = self._current
        if current is not None and wanted == current.manifest.id:
            return current
        return self._fresh(wanted, current) if release is None else self._named(release)

    def _fresh(self, wanted: str | None, current: Store | None) -> Store:
        """What to serve while `current` points elsewhere: the old until the new is open."""
        if current is None:
            with self._lock:
                if self._current is None and not self._failed_lately(wanted):
                    self._follow(wanted)
            current = self._current
        elif wanted is not None and self._opening != wanted and not self._failed_lately(wanted):
            self._opening = wanted
            threading.Thread(target=self._follow, args=(wanted,), daemon=True).start()
        if current is None:
            raise Unavailable(
                "no release is published yet; run: lodeline release build --publish"
                if wanted is None
                else f"release {wanted} cannot be opened; run: lodeline doctor"
            )
        return current

    def _follow(self, wanted: str | None) -> None:
        """Open the release and swap it in; a damaged one is reported and the old one stays."""
        if wanted is None:
            return
        try:
            store = self._open(wanted)
        except Exception:  # whatever damage raises, what is served goes on
            log.exception("release %s cannot be served", wanted)
            self._failed = (wanted, monotonic())
        else:
            self._current = store
            log.info("serving release %s", wanted)
        finally:
            self._opening = None

    def _failed_lately(self, wanted: str | None) -> bool:
        """Whether a release just could not be opened: it may be mended, so it is tried again."""
        failed, when = self._failed
        return failed == wanted and monotonic() < when + RETRY_S

    def _open(self, release: str) -> Store:
        return self._opener(self.workspace.release_path(release)).warmed()
