import assert from "node:assert/strict";
import { createServer } from "node:http";
import test, { after, before } from "node:test";

import { callJson } from "../../static/wallet/js/caller.js";

let server, base;
const asked = [];
const ANSWERS = {
  "/good": [200, { "Content-Type": "application/json", "Set-Cookie": "a=b" }, '{"is":"good"}'],
  "/empty": [204, {}, ""],
  "/no": [403, { "Content-Type": "application/problem+json" }, '{"code":"pin_wrong","tries_left":2,"request_id":"r1"}'],
  "/slow": [429, { "Retry-After": "7" }, '{"code":"too_many_requests"}'],
  "/proxy": [502, { "Content-Type": "text/html" }, "<h1>Bad gateway</h1>"],
  "/proxy-json": [503, { "Content-Type": "application/json" }, '{"message":"away"}'],
  "/list": [200, { "Content-Type": "application/json" }, "[]"],
  "/elsewhere": [302, { Location: "/good" }, ""],
};

before(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      asked.push({ method: request.method, url: request.url, headers: request.headers, body });
      const [status, headers, text] = ANSWERS[request.url];
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

test("a call carries its fields and its token, and never a cookie", async () => {
  await callJson(`${base}/good`, { method: "GET" });
  const answer = await callJson(`${base}/good`, { method: "POST", fields: { a: 1 }, token: "session_x" });

  const last = asked.at(-1);
  assert.deepEqual(answer, { is: "good" });
  assert.deepEqual([last.method, last.body, last.headers.authorization], ["POST", '{"a":1}', "Bearer session_x"]);
  assert.equal(last.headers["content-type"], "application/json");
  assert.equal(last.headers.cookie, undefined);
});

test("an empty answer is an empty object", async () => {
  assert.deepEqual(await callJson(`${base}/empty`, { method: "DELETE" }), {});
});

test("a no has its code and its facts", async () => {
  await assert.rejects(callJson(`${base}/no`, { method: "POST", fields: {} }), {
    ...{ name: "Refused", status: 403, code: "pin_wrong", triesLeft: 2, requestId: "r1" },
  });
  await assert.rejects(callJson(`${base}/slow`, { method: "GET" }), { name: "Refused", retryAfterSeconds: 7 });
});

test("what others say in between is no answer, nor is silence", async () => {
  for (const path of ["/proxy", "/proxy-json", "/list", "/elsewhere"]) {
    await assert.rejects(callJson(`${base}${path}`, { method: "GET" }), { name: "NoAnswer" }, path);
  }
  await assert.rejects(callJson("http://127.0.0.1:1/", { method: "GET" }), { name: "NoAnswer", code: "no_answer" });
});

test("a redirection is not followed", async () => {
  const before = asked.length;

  await assert.rejects(callJson(`${base}/elsewhere`, { method: "GET", token: "session_x" }), { name: "NoAnswer" });

  assert.deepEqual(asked.slice(before).map((request) => request.url), ["/elsewhere"]);
});
