// The official Node.js SDK, unmodified: it signs the host without the port (BEHAVIOUR 2.6) and takes the service from the
// first label of the endpoint (BEHAVIOUR 2.10).

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import tencentcloud from "tencentcloud-sdk-nodejs";
import { data, start } from "./server.mjs";

const clients = { "2018-03-01": tencentcloud.iai.v20180301.Client, "2020-03-03": tencentcloud.iai.v20200303.Client };
const ways = [
  ["2020-03-03", "TC3-HMAC-SHA256", "POST"],
  ["2020-03-03", "TC3-HMAC-SHA256", "GET"],
  ["2020-03-03", "HmacSHA256", "POST"],
  ["2018-03-01", "HmacSHA1", "GET"],
  ["2018-03-01", "TC3-HMAC-SHA256", "POST"],
];

let server;
before(async () => {
  server = await start();
});
after(async () => {
  await server?.stop();
});

function client(version = "2020-03-03", signMethod = "TC3-HMAC-SHA256", reqMethod = "POST", secretKey = server.key.secret_key) {
  return new clients[version]({
    credential: { secretId: server.key.secret_id, secretKey },
    region: "",
    profile: { signMethod, language: "en-US", httpProfile: { protocol: "http://", endpoint: server.endpoint, reqMethod } },
  });
}

function photographs(count) {
  const folder = path.join(data, "lfw/images");
  if (!existsSync(folder)) return null;
  const people = [];
  for (const name of readdirSync(folder).sort()) {
    const files = readdirSync(path.join(folder, name)).sort();
    if (files.length >= 3) people.push(files.slice(0, 3).map((file) => readFileSync(path.join(folder, name, file)).toString("base64")));
    if (people.length === count) break;
  }
  return people;
}

for (const [version, sign, method] of ways) {
  test(`groups by ${version} ${sign} ${method}`, async () => {
    const iai = client(version, sign, method);
    const id = `node-${version}-${sign}-${method}`;
    assert.equal((await iai.CreateGroup({ GroupId: id, GroupName: id, Tag: "标签", GroupExDescriptions: ["a", "b c"] })).FaceModelVersion, "3.0");
    const info = await iai.GetGroupInfo({ GroupId: id });
    assert.deepEqual([info.GroupName, info.Tag, info.GroupExDescriptions], [id, "标签", ["a", "b c"]]);
    await assert.rejects(iai.CreateGroup({ GroupId: id, GroupName: "x" }), { code: "InvalidParameterValue.GroupIdAlreadyExist" });
    await iai.DeleteGroup({ GroupId: id });
    await assert.rejects(iai.GetGroupInfo({ GroupId: id }), { code: "InvalidParameterValue.GroupIdNotExist" });
  });
}

test("people are enrolled, found, verified and deleted", async (context) => {
  const people = photographs(3);
  if (people === null) return context.skip("skipped: no LFW");
  const iai = client();
  await iai.CreateGroup({ GroupId: "node", GroupName: "node" });
  for (const [index, images] of people.entries()) {
    const made = await iai.CreatePerson({ GroupId: "node", PersonId: `n${index}`, PersonName: "名", Gender: 1, Image: images[0] });
    assert.match(made.FaceId, /^\d+$/);
  }
  for (const [index, images] of people.entries()) {
    const found = await iai.SearchFaces({ GroupIds: ["node"], Image: images[1], NeedPersonInfo: 1, MaxPersonNum: 2 });
    const [best, second] = found.Results[0].Candidates;
    assert.equal(best.PersonId, `n${index}`);
    assert.ok(best.Score > 50 && second.Score < best.Score);
    assert.equal(best.PersonName, "名");
    assert.equal((await iai.VerifyFace({ PersonId: `n${index}`, Image: images[2] })).FaceModelVersion, "3.0");
  }
  const added = await iai.CreateFace({ PersonId: "n0", Images: [people[0][1], people[1][1]] });
  assert.deepEqual([added.RetCode, added.SucIndexes, added.SucFaceNum], [[0, -1604], [0], 1]);
  assert.ok((await iai.CompareFace({ ImageA: people[0][0], ImageB: people[0][1] })).Score > 50);
  assert.equal((await iai.DetectFace({ Image: people[0][0] })).FaceInfos.length, 1);
  assert.equal((await iai.GetPersonListNum({ GroupId: "node" })).FaceNum, 4);
  await iai.DeletePerson({ PersonId: "n0" });
  await iai.DeleteGroup({ GroupId: "node" });
});

test("a wrong key is refused", async () => {
  const wrong = client("2020-03-03", "TC3-HMAC-SHA256", "POST", "x".repeat(32));
  await assert.rejects(wrong.GetGroupList({}), { code: "AuthFailure.SignatureFailure" });
});
