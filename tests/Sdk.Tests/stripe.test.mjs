// Stripe's own client, unmodified but for the host it calls, pays at the emulator: what shops write for Stripe works against it.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { createServer } from "node:http"
import { after, before, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import Stripe from "stripe"

const root = fileURLToPath(new URL("../../", import.meta.url))
const secret = "whsec_sdk_test"
const hooks = []
let emulator, shop, stripe, url

before(async () => {
  shop = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    hooks.push({ body: Buffer.concat(chunks), signature: request.headers["stripe-signature"] })
    response.end()
  })
  await new Promise((resolve) => shop.listen(0, "127.0.0.1", resolve))
  emulator = spawn("dotnet", [root + "src/Emulator/bin/Release/net10.0/HeadlessPro.Emulator.dll", "--port=0",
    `--stripe-webhook-url=http://127.0.0.1:${shop.address().port}/`, `--stripe-webhook-secret=${secret}`])
  let output = ""
  emulator.stdout.on("data", (text) => (output += text))
  emulator.stderr.on("data", (text) => (output += text))
  for (let i = 0; i < 300 && emulator.exitCode === null && !url; i++) {
    url = /http:\/\/\S+/.exec(output)?.[0]
    if (!url) await sleep(50)
  }
  assert.ok(url, `the emulator did not start: ${output}`)
  const { hostname, port } = new URL(url)
  stripe = new Stripe("sk_test_emulator", { host: hostname, port, protocol: "http", maxNetworkRetries: 2 })
})

after(async () => {
  shop?.close()
  if (emulator?.exitCode !== null) return
  emulator.kill("SIGTERM")
  await new Promise((resolve) => emulator.once("exit", resolve))
})


const control = (path, body) => fetch(`${url}/_emulator/${path}`, { method: body ? "POST" : "GET", body: body && JSON.stringify(body) }).then((r) => r.json())
const card = { payment_method: "pm_card_visa", payment_method_types: ["card"] }

/** The events that reached the shop, each with a signature that Stripe's client accepts. */
async function events() {
  assert.equal((await control("idle")).idle, true)
  return hooks.splice(0).map(({ body, signature }) => stripe.webhooks.constructEvent(body, signature, secret))
}

test("an amount is put on hold, captured in part and given back", async () => {
  const created = await stripe.paymentIntents.create({ amount: 4599, currency: "eur", capture_method: "manual", payment_method_types: ["card"], metadata: { cart_id: "cart_1" } })
  assert.equal(created.status, "requires_payment_method")
  const held = await stripe.paymentIntents.confirm(created.id, { payment_method: "pm_card_visa" }, { expand: ["latest_charge"] })
  assert.deepEqual([held.status, held.amount_capturable, held.amount_received, held.metadata.cart_id], ["requires_capture", 4599, 0, "cart_1"])
  const captured = await stripe.paymentIntents.capture(created.id, { amount_to_capture: 4000, expand: ["latest_charge"] })
  assert.deepEqual([captured.status, captured.amount_received, captured.latest_charge.amount_captured], ["succeeded", 4000, 4000])
  assert.equal(captured.latest_charge.payment_method_details.card.last4, "4242")

  const refund = await stripe.refunds.create({ payment_intent: created.id, amount: 1500, reason: "requested_by_customer" })
  assert.deepEqual([refund.status, refund.amount], ["succeeded", 1500])
  await assert.rejects(stripe.refunds.create({ payment_intent: created.id, amount: 2501 }), { type: "StripeInvalidRequestError", message: /greater than unrefunded amount/ })
  await stripe.refunds.create({ payment_intent: created.id })
  await assert.rejects(stripe.refunds.create({ payment_intent: created.id }), { code: "charge_already_refunded" })

  const received = await events()
  assert.deepEqual(received.map((e) => e.type), ["payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated", "charge.captured",
    "payment_intent.succeeded", "refund.created", "charge.refunded", "refund.created", "charge.refunded"])
  assert.equal(received[4].data.object.amount_received, 4000)
  assert.equal((await stripe.events.retrieve(received[4].id)).type, "payment_intent.succeeded")
})

test("a declined card is an error of the client's own class", async () => {
  await assert.rejects(stripe.paymentIntents.create({ ...card, amount: 1000, currency: "usd", payment_method: "pm_card_visa_chargeDeclinedInsufficientFunds", confirm: true }), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeCardError)
    assert.deepEqual([error.statusCode, error.code, error.decline_code, error.payment_intent.status], [402, "card_declined", "insufficient_funds", "requires_payment_method"])
    return true
  })
})

test("a call whose answer is lost is made again by the client, and done once", async () => {
  await control("faults", { fault: "lost", method: "POST", path: "/v1/payment_intents" })
  const paid = await stripe.paymentIntents.create({ ...card, amount: 777, currency: "usd", confirm: true, metadata: { once: "yes" } })
  assert.equal(paid.status, "succeeded")
  const { stripe: books } = await control("state")
  assert.equal(books.payment_intents.filter((p) => p.metadata.once === "yes").length, 1)
})

test("lists page by themselves", async () => {
  const customer = await stripe.customers.create({ email: "thandi@example.com" })
  const made = []
  for (let i = 0; i < 7; i++) made.push((await stripe.paymentIntents.create({ amount: 100 + i, currency: "usd", customer: customer.id })).id)
  const listed = []
  for await (const intent of stripe.paymentIntents.list({ customer: customer.id, limit: 2 })) listed.push(intent.id)
  assert.deepEqual(listed, made.reverse())
})

test("a saved card pays again, and a hosted page is opened", async () => {
  const customer = await stripe.customers.create({ name: "Thandi" })
  const method = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: customer.id })
  assert.deepEqual((await stripe.customers.listPaymentMethods(customer.id)).data.map((m) => m.card.last4), ["4444"])
  const paid = await stripe.paymentIntents.create({ amount: 900, currency: "usd", customer: customer.id, payment_method: method.id, off_session: true, confirm: true })
  assert.equal(paid.status, "succeeded")
  const session = await stripe.checkout.sessions.create({
    mode: "payment", success_url: "http://shop.example/done?id={CHECKOUT_SESSION_ID}", cancel_url: "http://shop.example/cart",
    line_items: [{ quantity: 2, price_data: { currency: "usd", unit_amount: 1250, product_data: { name: "Plant pot" } } }],
    payment_intent_data: { capture_method: "manual", metadata: { cart_id: "cart_2" } },
  })
  assert.deepEqual([session.amount_total, session.status, session.payment_status], [2500, "open", "unpaid"])
  assert.match(await (await fetch(session.url)).text(), /Plant pot/)
})
