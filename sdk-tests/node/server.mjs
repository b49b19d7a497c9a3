// Starts and stops the real server for the Node.js tests.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const root = path.resolve(import.meta.dirname, "../..");
const binary = process.env.MIEN_BINARY ?? path.join(root, "target/release/mien");
const home = process.env.MIEN_TEST_HOME ?? path.join(root, "target/sdk-home");
export const data = process.env.MIEN_TEST_DATA ?? path.join(root, "../shared/data");

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export async function start(pack = "human") {
  const directory = mkdtempSync(path.join(tmpdir(), "mien-node-"));
  const [port, adminPort] = [await freePort(), await freePort()];
  const place = ["--home", home, "--set", `store.directory=${directory}`];
  if (!existsSync(path.join(home, "packs", pack, "pack.toml"))) {
    execFileSync(binary, [...place, "models", "install", pack], { stdio: "inherit" });
  }
  const key = JSON.parse(execFileSync(binary, [...place, "key", "create", "--json"]));
  const settings = [`pack=${pack}`, `server.listen=127.0.0.1:${port}`, `server.admin_listen=127.0.0.1:${adminPort}`];
  const logFile = path.join(directory, "server.log");
  const log = openSync(logFile, "a");
  const child = spawn(binary, [...place, ...settings.flatMap((setting) => ["--set", setting]), "serve"], { stdio: ["ignore", log, log] });
  await ready(adminPort, child, logFile);
  return {
    endpoint: `127.0.0.1:${port}`,
    key,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}

async function ready(port, child, logFile) {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}/health/ready`)).ok) return;
    } catch {
      await wait(20);
    }
  }
  throw new Error(`the server did not become ready:\n${readFileSync(logFile, "utf8")}`);
}
