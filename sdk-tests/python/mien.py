"""Starts and stops the real server, and makes SDK clients for it."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

from tencentcloud.common import credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.iai.v20180301 import iai_client as iai_2018
from tencentcloud.iai.v20200303 import iai_client as iai_2020

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("MIEN_BINARY", ROOT / "target/release/mien"))
HOME = pathlib.Path(os.environ.get("MIEN_TEST_HOME", ROOT / "target/sdk-home"))
DATA = pathlib.Path(os.environ.get("MIEN_TEST_DATA", ROOT.parent / "shared/data"))
MODELS = pathlib.Path(os.environ.get("MIEN_TEST_MODELS", ROOT.parent / "shared/models"))
CLIENTS = {"2018-03-01": iai_2018.IaiClient, "2020-03-03": iai_2020.IaiClient}


def command(*arguments, data=None):
    """The command line of one run of the binary."""
    settings = [] if data is None else ["--set", f"store.directory={data}"]
    return [str(BINARY), "--home", str(HOME), *settings, *arguments]


def install(pack):
    """Installs a pack for the tests unless it is there; False when its files are not to be had."""
    if (HOME / "packs" / pack / "pack.toml").is_file():
        return True
    source = []
    if pack == "omz":
        if not MODELS.is_dir():
            return False
        source = ["--from", str(MODELS)]
    subprocess.run(command("models", "install", pack, *source), check=True)
    return True


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Server:
    """One server process over one data directory."""

    def __init__(self, pack, data, *settings):
        self.pack, self.data, self.settings = pack, data, settings
        self.port, self.admin_port = free_ports(2)
        self.process = None
        created = subprocess.run(command("key", "create", "--json", data=data), check=True, capture_output=True, text=True)
        self.key = json.loads(created.stdout)
        self.start()

    def start(self):
        chosen = [f"pack={self.pack}", f"server.listen=127.0.0.1:{self.port}", f"server.admin_listen=127.0.0.1:{self.admin_port}"]
        flags = [part for setting in [*chosen, *self.settings] for part in ("--set", setting)]
        self.log = open(self.data / "server.log", "ab")
        self.process = subprocess.Popen(command(*flags, "serve", data=self.data), stdout=self.log, stderr=self.log)
        self.wait_until_ready()

    def wait_until_ready(self, seconds=120):
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/health/ready", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server did not become ready:\n" + (self.data / "server.log").read_text())

    def stop(self):
        self._end(signal.SIGTERM)

    def kill(self):
        self._end(signal.SIGKILL)

    def _end(self, how):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)
        self.log.close()

    def client(self, version="2020-03-03", sign="TC3-HMAC-SHA256", method="POST", language="en-US", secret_id=None, secret_key=None):
        """An official client. Keep-alive is off in the SDK by default and stays so."""
        pair = credential.Credential(secret_id or self.key["secret_id"], secret_key or self.key["secret_key"])
        http = HttpProfile(protocol="http", endpoint=f"127.0.0.1:{self.port}", reqMethod=method)
        return CLIENTS[version](pair, "", ClientProfile(sign, http, language))
