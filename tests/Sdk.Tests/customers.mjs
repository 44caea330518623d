// People with an account, through the public client: registered by shop.test.mjs in the shop it has started.
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"

const password = "correct-horse-battery"
let people = 0
const newEmail = () => `person${++people}.${Date.now()}@example.com`

/** RFC 6238: the six digits of a step of 30 seconds. */
function totp(secret, step) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("")
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac("sha1", key).update(counter).digest()
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0")
}

/**
 * @param shop what the tests need of the running shop: `baseUrl()`, `client(auth?)` (a new client of the public kind), `record(path, answer)` (keeps an
 *   answer for the check of types) and `buyable()` (a region and a variant that can be bought)
 */
export function customers(shop) {
  /** Calls a method of somebody's client by its path and keeps the answer under it. */
  async function call(client, path, ...args) {
    const [group, sub, method] = path.split(".")
    const answer = await client[group][sub][method](...args)
    if (!args.some((argument) => argument?.fields)) shop.record(path, answer)
    return answer
  }

  /** Registers as the storefront does: a token of nobody yet makes the customer, the next one is theirs. */
  async function join(auth = { type: "jwt" }) {
    const [client, email] = [shop.client(auth), newEmail()]
    const token = await client.auth.register("customer", "emailpass", { email, password })
    const profile = { email, first_name: "Lerato", last_name: "Dlamini", phone: "+27831234567" }
    const { customer } = await call(client, "store.customer.create", profile, {}, { Authorization: `Bearer ${token}` })
    assert.equal(customer.email, email)
    assert.equal(typeof (await client.auth.login("customer", "emailpass", { email, password })), "string")
    return { client, email, customer }
  }

  /** The newest mail's text to somebody, from the page that developers read. */
  async function mailTo(email, kind) {
    for (let i = 0; i < 200; i++) {
      const page = await (await fetch(`${shop.baseUrl()}/outbox`)).text()
      const article = page.split("<article>").find((a) => a.includes(`To ${email}<`) && a.includes(kind))
      if (article) return article.replaceAll("&amp;", "&")
      await sleep(50)
    }
    assert.fail(`no ${kind} to ${email}`)
  }

  /** A cart that only waits for its completion. */
  async function readyCart(client, email) {
    const { region, variant, address } = await shop.buyable()
    const { cart } = await client.store.cart.create({
      region_id: region.id, email, shipping_address: address, billing_address: address, items: [{ variant_id: variant.id, quantity: 1 }],
    })
    const { shipping_options } = await client.store.fulfillment.listCartOptions({ cart_id: cart.id })
    await client.store.cart.addShippingMethod(cart.id, { option_id: shipping_options[0].id })
    await client.store.payment.initiatePaymentSession((await client.store.cart.retrieve(cart.id)).cart, { provider_id: "pp_system_default" })
    return cart.id
  }

  async function buy(client, email) {
    const placed = await client.store.cart.complete(await readyCart(client, email))
    assert.equal(placed.type, "order")
    return placed.order
  }

  test("a customer registers, signs in, renews their token and signs out", async () => {
    const { client, email, customer } = await join()
    const { providers } = await client.auth.listProviders("customer")
    assert.ok(providers.some((p) => p.id === "emailpass"))
    assert.equal((await call(client, "store.customer.retrieve")).customer.id, customer.id)
    const { token } = await client.auth.refresh()
    assert.equal(token.split(".").length, 3)
    assert.equal((await client.store.customer.retrieve()).customer.email, email)

    await assert.rejects(shop.client().auth.register("customer", "emailpass", { email, password }), {
      status: 401, statusText: "Unauthorized", message: "Identity with email already exists",
    })
    await assert.rejects(shop.client().auth.login("customer", "emailpass", { email, password: "wrong-horse-battery" }), { status: 401 })
    await client.auth.logout()
    await assert.rejects(client.store.customer.retrieve(), { status: 401, statusText: "Unauthorized" })
  })

  test("a customer signs in with a cookie and out again", async (t) => {
    // A browser keeps cookies; Node's fetch does not.
    const [browser, jar] = [globalThis.fetch, new Map()]
    t.after(() => (globalThis.fetch = browser))
    globalThis.fetch = async (input, init) => {
      const headers = new Headers(init?.headers)
      if (jar.size > 0 && init?.credentials === "include") headers.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "))
      const response = await browser(input, { ...init, headers })
      for (const cookie of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)
        if (value === "") jar.delete(name)
        else jar.set(name, value)
      }
      return response
    }
    const { client, email } = await join({ type: "session" })
    assert.ok(jar.size > 0)
    await client.client.clearToken()
    assert.equal((await client.store.customer.retrieve()).customer.email, email)
    const stolen = new Map(jar)
    await client.auth.logout()
    await assert.rejects(client.store.customer.retrieve(), { status: 401 })
    for (const [name, value] of stolen) jar.set(name, value)
    await assert.rejects(client.store.customer.retrieve(), { status: 401 }, "a cookie from before signing out is worth nothing")
  })

  test("a customer proves their address and chooses a new password", async () => {
    const { client, email } = await join()
    await client.auth.verification.request({ entity_id: email, entity_type: "email" })
    const [, code] = /verify-email\?code=([^&"\s]+)/.exec(await mailTo(email, "email_verification"))
    await client.auth.verification.confirm({ code })
    await assert.rejects(client.auth.verification.confirm({ code }), { status: 400 })

    await client.auth.resetPassword("customer", "emailpass", { identifier: email })
    const [, token] = /reset-password\?token=([^&"\s]+)/.exec(await mailTo(email, "password_reset"))
    const chosen = "another-horse-battery"
    await client.auth.updateProvider("customer", "emailpass", { password: chosen }, token)
    await assert.rejects(client.store.customer.retrieve(), { status: 401 })
    await assert.rejects(shop.client().auth.login("customer", "emailpass", { email, password }), { status: 401 })
    await client.auth.login("customer", "emailpass", { email, password: chosen })
  })

  test("a customer signs in with a link", async () => {
    const [client, email, nonce] = [shop.client(), newEmail(), crypto.randomUUID()]
    const { location } = await client.auth.login("customer", "magic-link", { email, nonce })
    assert.match(location, /\/check-email$/)
    const [, token] = /magic-link\?token=([^&"\s]+)/.exec(await mailTo(email, "magic_link"))
    await assert.rejects(client.auth.callback("customer", "magic-link", { token }), { status: 401 })
    assert.equal(typeof (await client.auth.callback("customer", "magic-link", { token, nonce })), "string")
    const { customer } = await client.store.customer.create({ email })
    await client.auth.refresh()
    assert.equal((await client.store.customer.retrieve()).customer.id, customer.id)
  })

  test("a customer sets up a second factor, signs in with it and turns it off", async () => {
    const { client, email } = await join()
    await client.auth.verification.request({ entity_id: email, entity_type: "email" })
    await client.auth.verification.confirm({ code: /verify-email\?code=([^&"\s]+)/.exec(await mailTo(email, "email_verification"))[1] })
    const setup = await client.auth.mfa.start({ provider: "totp", label: "Phone" })
    // Each code works once: of the three that are good now, one for each step.
    const code = (step) => totp(setup.secret, Math.floor(Date.now() / 30000) + step)
    await client.auth.mfa.verify(setup.mfa_factor.id, { code: code(-1) })
    assert.deepEqual((await client.auth.mfa.list()).mfa_factors.map((f) => [f.id, f.status]), [[setup.mfa_factor.id, "enabled"]])
    const { recovery_codes } = await client.auth.mfa.generateRecoveryCodes()
    assert.equal(recovery_codes.length, 10)

    const elsewhere = shop.client()
    const half = await elsewhere.auth.login("customer", "emailpass", { email, password })
    assert.equal(half.mfa_required, true)
    await assert.rejects(elsewhere.store.customer.retrieve(), { status: 401 })
    await assert.rejects(elsewhere.auth.mfa.verifyChallenge(half.mfa_challenge.id, { method: "totp", code: "nothing" }), { status: 401 })
    await elsewhere.auth.mfa.verifyChallenge(half.mfa_challenge.id, { method: "totp", code: code(0) })
    assert.equal((await elsewhere.store.customer.retrieve()).customer.email, email)

    await elsewhere.auth.mfa.disable(setup.mfa_factor.id, { method: "recovery_code", code: recovery_codes[0] })
    assert.equal(typeof (await shop.client().auth.login("customer", "emailpass", { email, password })), "string")
  })

  test("a customer signs in at a provider", async () => {
    const { providers } = await shop.client().auth.listProviders("customer")
    assert.ok(providers.some((p) => p.id === "emulator" && p.flow === "redirect"))
    const email = newEmail()

    /** Leaves for the provider and comes back with what it sent. */
    async function callback(client) {
      const nonce = crypto.randomUUID()
      const { location } = await client.auth.login("customer", "emulator", { nonce })
      const form = new URLSearchParams({ email, name: "Naledi Mokoena", groups: "", verified: "on", outcome: "approve" })
      const back = await fetch(location, { method: "POST", body: form, redirect: "manual" })
      const query = Object.fromEntries(new URL(back.headers.get("location")).searchParams)
      await assert.rejects(client.auth.callback("customer", "emulator", query), { status: 401 })
      return client.auth.callback("customer", "emulator", { ...query, nonce })
    }

    const decode = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString())
    const client = shop.client()
    const { actor_id, user_metadata } = decode(await callback(client))
    assert.deepEqual([actor_id, user_metadata.email, user_metadata.given_name], ["", email, "Naledi"])
    const { customer } = await client.store.customer.create({ email: user_metadata.email, first_name: user_metadata.given_name })
    await client.auth.refresh()
    assert.equal((await client.store.customer.retrieve()).customer.id, customer.id)
    assert.equal(decode(await callback(shop.client())).actor_id, customer.id)
  })

  test("a customer keeps a profile and an address book", async () => {
    const { client, customer } = await join()
    const changed = await call(client, "store.customer.update", { first_name: "Thandi", metadata: { newsletter: true } })
    assert.deepEqual([changed.customer.first_name, changed.customer.last_name, changed.customer.metadata.newsletter], ["Thandi", "Dlamini", true])

    const { address } = await shop.buyable()
    const book = await call(client, "store.customer.createAddress", { ...address, address_name: "Home", is_default_shipping: true, is_default_billing: true })
    const entry = book.customer.addresses[0]
    assert.deepEqual([entry.city, entry.is_default_shipping, entry.is_default_billing], ["Cape Town", true, true])
    const moved = await call(client, "store.customer.updateAddress", entry.id, { city: "Paarl" })
    assert.equal(moved.customer.addresses[0].city, "Paarl")
    assert.equal((await call(client, "store.customer.retrieveAddress", entry.id)).address.city, "Paarl")
    const list = await call(client, "store.customer.listAddress", { limit: 10 })
    assert.deepEqual([list.addresses.length, list.count, list.limit], [1, 1, 10])
    const gone = await call(client, "store.customer.deleteAddress", entry.id)
    assert.deepEqual([gone.id, gone.object, gone.deleted, gone.parent.addresses.length], [customer.id, "address", true, 0])
    // As the storefront asks.
    assert.deepEqual((await client.store.customer.retrieve({ fields: "*orders" })).customer.orders, [])
  })

  test("a cart is taken along at sign-in and added to the one from before", async () => {
    const { client, email, customer } = await join()
    const guest = shop.client()
    const { region, variant } = await shop.buyable()
    const items = [{ variant_id: variant.id, quantity: 1 }]
    const before = (await client.store.cart.create({ region_id: region.id, items })).cart
    assert.deepEqual([before.customer_id, before.email], [customer.id, email])
    const { cart } = await guest.store.cart.create({ region_id: region.id, items })
    assert.equal(cart.customer_id, null)

    const taken = (await call(client, "store.cart.transferCart", cart.id)).cart
    assert.deepEqual([taken.customer_id, taken.email, taken.items.length, taken.items[0].quantity], [customer.id, email, 1, 2])
    assert.equal((await client.store.cart.transferCart(cart.id)).cart.items[0].quantity, 2)
    assert.equal((await client.store.cart.retrieve(before.id)).cart.items.length, 0)
    await assert.rejects((await join()).client.store.cart.transferCart(cart.id), { status: 400, message: /another customer/ })
    await assert.rejects(guest.store.cart.transferCart(cart.id), { status: 401 })
  })

  test("a customer sees their orders", async () => {
    const { client, email } = await join()
    const order = await buy(client)
    const { orders, count, offset, limit } = await call(client, "store.order.list")
    assert.deepEqual([orders.map((o) => o.id), count, offset, limit], [[order.id], 1, 0, 50])
    const page = await client.store.order.list({ limit: 10, offset: 0, order: "-created_at", fields: "*items,+items.metadata,*items.variant,*items.product" })
    assert.ok(page.orders[0].items[0].variant.id && page.orders[0].items[0].product.id)
    const { customer } = await client.store.customer.retrieve({ fields: "*orders" })
    assert.deepEqual([customer.email, customer.addresses, customer.orders.map((o) => [o.id, o.total])], [email, [], [[order.id, order.total]]])
    assert.equal((await call(client, "store.order.retrieve", order.id)).order.email, email)
    await assert.rejects(shop.client().store.order.list(), { status: 401 })
  })

  test("an order changes hands when the mail's token is accepted", async () => {
    const { client } = await join()
    const [guest, email] = [shop.client(), newEmail()]
    const token = async (order) => new RegExp(`/order/${order}/transfer/([^"\\s<]+)`).exec(await mailTo(email, order))[1]

    const first = await buy(guest, email)
    const asked = await call(client, "store.order.requestTransfer", first.id, {})
    assert.deepEqual([asked.order.id, asked.order.email], [first.id, null])
    await call(guest, "store.order.acceptTransfer", first.id, { token: await token(first.id) })
    assert.deepEqual((await client.store.order.list()).orders.map((o) => o.id), [first.id])

    const second = await buy(guest, email)
    await client.store.order.requestTransfer(second.id, { description: "a gift" }, { fields: "id, email" })
    const declined = await token(second.id)
    await call(guest, "store.order.declineTransfer", second.id, { token: declined })
    await assert.rejects(guest.store.order.acceptTransfer(second.id, { token: declined }), { status: 400 })

    const third = await buy(guest, email)
    await client.store.order.requestTransfer(third.id, {})
    const canceled = await token(third.id)
    await call(client, "store.order.cancelTransfer", third.id)
    await assert.rejects(guest.store.order.acceptTransfer(third.id, { token: canceled }), { status: 400 })
    assert.deepEqual((await client.store.order.list()).orders.map((o) => o.id), [first.id])
  })
}
