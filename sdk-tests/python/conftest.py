"""Servers for the tests: one a pack and session, each over an empty data directory."""

import pytest

import lfw
import mien


def started(pack, tmp_path_factory):
    if not mien.install(pack):
        pytest.skip(f"skipped: the files of the pack {pack} are not at {mien.MODELS}")
    return mien.Server(pack, tmp_path_factory.mktemp(pack))


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The default pack."""
    running = started("human", tmp_path_factory)
    yield running
    running.stop()


@pytest.fixture(scope="session", params=["human", "omz"])
def each_pack(request, tmp_path_factory):
    running = started(request.param, tmp_path_factory)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def photos():
    """The folder of photographs."""
    folder = mien.DATA / "photos"
    if not folder.is_dir():
        pytest.skip(f"skipped: no photographs at {folder}")
    return folder


@pytest.fixture(scope="session")
def faces():
    """LFW: image paths by person."""
    found = lfw.images(mien.DATA)
    if not found:
        pytest.skip(f"skipped: no LFW at {mien.DATA / 'lfw'}")
    return found
