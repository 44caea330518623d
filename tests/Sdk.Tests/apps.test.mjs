// An app that nobody here wrote, openid-client, gets access from a running shop: discovery, code with PKCE, who it is, refresh, revocation. Starts a demo
// shop of its own, or uses the one HEADLESSPRO_URL names. The person's browser is a few lines that send forms as they stand on the page.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import * as oidc from "openid-client"

const root = fileURLToPath(new URL("../../", import.meta.url))
const password = "correct-horse-battery"
const callback = "https://app.example/callback"
let url = process.env.HEADLESSPRO_URL
let stopShop = async () => {}

before(async () => {
  if (url) return
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
  const data = mkdtempSync(join(tmpdir(), "headlesspro-apps-"))
  url = `http://127.0.0.1:${port}`
  const { DATABASE_URL, ...env } = { ...process.env, ASPNETCORE_ENVIRONMENT: "Development", PUBLIC_URL: url }
  const host = spawn("dotnet", [join(root, "src/Host/bin/Release/net10.0/headlesspro.dll"), "serve", `--port=${port}`, `--data=${data}`], { env, stdio: "pipe" })
  let output = ""
  host.stdout.on("data", (text) => (output += text))
  host.stderr.on("data", (text) => (output += text))
  stopShop = async () => {
    if (host.exitCode === null) {
      host.kill("SIGTERM")
      await new Promise((resolve) => host.once("exit", resolve))
    }
    rmSync(data, { recursive: true, force: true })
  }
  for (let i = 0; i < 600 && host.exitCode === null; i++) {
    if (output.includes("pk_demo")) return
    await sleep(100)
  }
  assert.fail(`the shop did not start: ${output}`)
})

after(() => stopShop())

async function json(path, body, headers = {}, status = 200) {
  const answer = await fetch(url + path, {
    method: body ? "POST" : "GET", body: body && JSON.stringify(body), headers: { "content-type": "application/json", "x-publishable-api-key": "pk_demo", ...headers },
  })
  const text = await answer.text()
  assert.equal(answer.status, status, `${path}: ${text}`)
  return JSON.parse(text)
}

const staff = { authorization: `Basic ${btoa("sk_demo:")}` }

async function register(kind, scopes, more = {}) {
  const body = { name: "Stranger", kind, audience: "customer", scopes, redirect_uris: [callback], ...more }
  return (await json("/admin/apps", body, staff)).app
}

async function join_() {
  const email = `person${Date.now()}${Math.random()}@example.com`
  const { token } = await json("/auth/customer/emailpass/register", { email, password })
  const { customer } = await json("/store/customers", { email, first_name: "Lerato", last_name: "Dlamini" }, { authorization: `Bearer ${token}` })
  return { email, customer }
}

const unescape = (text) => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&#x2B;", "+").replaceAll("&#43;", "+")

/** Goes the person's way from the app's address to where they are sent back to. */
async function browse(address, email) {
  const cookies = new Map()
  const send = async (target, form) => {
    const answer = await fetch(new URL(target, url), {
      redirect: "manual", method: form ? "POST" : "GET", body: form && new URLSearchParams(form), headers: { cookie: [...cookies].map((c) => c.join("=")).join("; ") },
    })
    for (const cookie of answer.headers.getSetCookie()) cookies.set(...cookie.split(";")[0].split(/=(.*)/s, 2))
    const page = await answer.text()
    const location = answer.headers.get("location") ?? /http-equiv="refresh" content="0; url=([^"]+)"/.exec(page)?.[1]
    return { page, location: location && new URL(unescape(location)), request: unescape(/name="request" value="([^"]+)"/.exec(page)?.[1] ?? "") }
  }
  let step = await send(address)
  for (let i = 0; i < 5 && !step.location; i++) {
    if (step.page.includes('name="password"')) step = await send("/oauth/sign-in", { request: step.request, email, password })
    else step = await send("/oauth/consent", { request: step.request, decision: "allow" })
  }
  assert.ok(step.location, step.page)
  return step.location
}

async function configure(app) {
  const options = { execute: [oidc.allowInsecureRequests] }
  return oidc.discovery(new URL(url), app.id, {}, app.client_secret ? oidc.ClientSecretBasic(app.client_secret) : oidc.None(), options)
}

async function begin(config, scope, email, more = {}) {
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  const asked = { redirect_uri: callback, scope, code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", state, nonce, ...more }
  const location = await browse(oidc.buildAuthorizationUrl(config, asked), email)
  return oidc.authorizationCodeGrant(config, location, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: scope.includes("openid") })
}

for (const kind of ["confidential", "public"]) {
  test(`a ${kind} app signs somebody in, acts for them, goes on without them and gives it back`, async () => {
    const app = await register(kind, ["openid", "email", "profile", "account:read", "offline_access"])
    const config = await configure(app)
    const { email, customer } = await join_()
    const tokens = await begin(config, "openid email profile account:read offline_access", email)
    const claims = tokens.claims()
    assert.deepEqual([claims.sub, claims.email, claims.name, claims.aud], [customer.id, email, "Lerato Dlamini", app.id])
    const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
    assert.deepEqual([info.sub, info.email, info.given_name], [customer.id, email, "Lerato"])
    const me = await oidc.fetchProtectedResource(config, tokens.access_token, new URL("/store/customers/me", url), "GET", undefined, new Headers({ "x-publishable-api-key": "pk_demo" }))
    assert.equal((await me.json()).customer.id, customer.id)

    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token)
    assert.notEqual(next.refresh_token, tokens.refresh_token)
    if (kind === "confidential") {
      const known = await oidc.tokenIntrospection(config, next.access_token)
      assert.deepEqual([known.active, known.sub, known.client_id], [true, customer.id, app.id])
    }
    const last = await oidc.refreshTokenGrant(config, next.refresh_token)
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), (e) => e.error === "invalid_grant")
    await assert.rejects(oidc.refreshTokenGrant(config, last.refresh_token), (e) => e.error === "invalid_grant")
    await assert.rejects(oidc.fetchUserInfo(config, last.access_token, claims.sub), (e) => e.status === 401 || e.cause?.status === 401 || /401|challenge/.test(String(e)))

    const again = await begin(config, "openid account:read offline_access", email)
    await oidc.tokenRevocation(config, again.refresh_token)
    await assert.rejects(oidc.refreshTokenGrant(config, again.refresh_token), (e) => e.error === "invalid_grant")
  })
}

test("what was not allowed is refused as the client reads it", async () => {
  const app = await register("confidential", ["openid", "account:read"])
  const config = await configure(app)
  const { email } = await join_()
  await assert.rejects(begin(config, "openid account:write", email), (e) => e.error === "invalid_scope")
  await assert.rejects(begin(config, "openid", email, { prompt: "none" }), (e) => e.error === "login_required")
  await assert.rejects(begin(config, "openid", email, { code_challenge_method: "plain" }), (e) => e.error === "invalid_request")
  const tokens = await begin(config, "openid", email)
  await assert.rejects(
    oidc.fetchProtectedResource(config, tokens.access_token, new URL("/store/customers/me", url), "GET", undefined, new Headers({ "x-publishable-api-key": "pk_demo" })),
    (e) => e.status === 403 && e.cause?.[0]?.parameters?.error === "insufficient_scope")
})

test("an app acts as itself", async () => {
  const app = await register("confidential", ["orders:read"], { audience: "user", grant_types: ["client_credentials"], redirect_uris: [] })
  const config = await configure(app)
  const tokens = await oidc.clientCredentialsGrant(config, { scope: "orders:read" })
  const orders = await oidc.fetchProtectedResource(config, tokens.access_token, new URL("/admin/orders", url), "GET")
  assert.equal(orders.status, 200)
})
