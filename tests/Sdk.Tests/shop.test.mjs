// Buys with the public client, unmodified. Starts a demo shop of its own, or uses the one HEADLESSPRO_URL names. Every answer is recorded
// and checked against the client's own types.
import assert from "node:assert/strict"
import { execFileSync, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import MedusaModule from "@medusajs/js-sdk"
import { customers } from "./customers.mjs"

const Medusa = MedusaModule.default ?? MedusaModule
const root = fileURLToPath(new URL("../../", import.meta.url))
// Product files of real shops, where the clone has them beside it.
const realFiles = join(root, "../shared/data")

let baseUrl = process.env.HEADLESSPRO_URL
let store
let stopShop = async () => {}

before(async () => {
  if (!baseUrl) await startShop()
  store = client().store
})

/** A client with a memory of its own: who signs in with it is signed in nowhere else. */
function client(auth = { type: "jwt" }) {
  return new Medusa({ baseUrl, publishableKey: process.env.HEADLESSPRO_KEY ?? "pk_demo", auth: { jwtTokenStorageMethod: "memory", ...auth } })
}

/** A demo shop on a free port with its data in a temporary folder. */
async function startShop() {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
  const data = mkdtempSync(join(tmpdir(), "headlesspro-sdk-"))
  const { DATABASE_URL, ...env } = { ...process.env, ASPNETCORE_ENVIRONMENT: "Development" }
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
  baseUrl = `http://127.0.0.1:${port}`
  for (let i = 0; i < 600 && host.exitCode === null; i++) {
    if (output.includes("pk_demo")) return
    await sleep(100)
  }
  assert.fail(`the shop did not start: ${output}`)
}

const recorded = []

/** Calls a method of the client by its path and keeps the answer under it. */
async function call(path, ...args) {
  const [group, method] = path.split(".")
  const answer = await store[group][method](...args)
  // The client's types describe whole answers: one that was cut to other fields cannot be held against them.
  if (!args.some((argument) => argument?.fields)) recorded.push([`store.${path}`, answer])
  return answer
}

const address = {
  first_name: "Thandi", last_name: "Nkosi", company: "", address_1: "12 Long Street", address_2: "Unit 4", city: "Cape Town",
  province: "Western Cape", postal_code: "8001", country_code: "za", phone: "+27821234567",
}

/** The region that sells to South Africa. */
async function southAfrica() {
  const { regions } = await call("region.list")
  return regions.find((r) => r.countries.some((c) => c.iso_2 === "za"))
}

/** A published product with a variant that can be bought, as the storefront's own listing asks for it. */
async function buyable(regionId, query = {}) {
  const { products } = await call("product.list", {
    limit: 20, region_id: regionId, ...query,
    fields: "*variants.calculated_price,+variants.inventory_quantity,*variants.images,*variants.options,+metadata,+tags,",
  })
  for (const product of products)
    for (const variant of product.variants)
      if (variant.calculated_price?.calculated_amount > 0 && (!variant.manage_inventory || variant.inventory_quantity > 5)) return { product, variant }
  assert.fail("no product can be bought")
}

test("a shopper walks from the regions to the order", async () => {
  const region = await southAfrica()
  assert.equal((await call("region.retrieve", region.id)).region.id, region.id)

  const { product_categories } = await call("category.list", {
    fields: "*category_children, *products, *parent_category, *parent_category.parent_category", limit: 100,
  })
  const child = product_categories.find((c) => c.parent_category)
  assert.ok(child.parent_category.id)
  await call("category.retrieve", child.id)
  const { collections } = await call("collection.list", { limit: 100, offset: 0, fields: "id, handle, title" })
  await call("collection.retrieve", collections[0].id)
  const { product_options } = await call("productOption.list", { is_exclusive: false, fields: "*values" })
  assert.ok(Array.isArray(product_options))

  const { product, variant } = await buyable(region.id)
  const byHandle = await call("product.list", { handle: product.handle, region_id: region.id, fields: "*variants.calculated_price" })
  assert.equal(byHandle.products[0].id, product.id)
  assert.equal((await call("product.retrieve", product.id, { region_id: region.id })).product.title, product.title)
  assert.deepEqual(new Set(variant.options.map((o) => o.option_id)), new Set(product.options.map((o) => o.id)))

  const { cart } = await call("cart.create", { region_id: region.id })
  assert.equal(cart.currency_code, region.currency_code)
  let { cart: filled } = await call("cart.createLineItem", cart.id, { variant_id: variant.id, quantity: 1 })
  const line = filled.items[0]
  ;({ cart: filled } = await call("cart.updateLineItem", cart.id, line.id, { quantity: 2 }))
  const price = variant.calculated_price.calculated_amount
  assert.equal(filled.items[0].quantity, 2)
  assert.ok(filled.total <= price * 2)

  const second = (await call("cart.createLineItem", cart.id, { variant_id: variant.id, quantity: 1, metadata: { gift: true } })).cart.items.find((i) => i.id !== line.id)
  const gone = await call("cart.deleteLineItem", cart.id, second.id)
  assert.deepEqual([gone.id, gone.object, gone.deleted, gone.parent.items.length], [second.id, "line-item", true, 1])

  const code = process.env.HEADLESSPRO_PROMOTION ?? "WELCOME10"
  const discounted = (await call("cart.addPromotions", cart.id, { promo_codes: [code] })).cart
  assert.ok(discounted.discount_total > 0, "the promotion gives a discount")
  assert.ok((await call("cart.removePromotions", cart.id, { promo_codes: [code] })).cart.discount_total < discounted.discount_total)
  await call("cart.addPromotions", cart.id, { promo_codes: [code] })

  await call("cart.update", cart.id, { email: "thandi@example.com", shipping_address: address, billing_address: address })
  const { shipping_options } = await call("fulfillment.listCartOptions", { cart_id: cart.id })
  await call("cart.addShippingMethod", cart.id, { option_id: shipping_options[0].id })
  const { payment_providers } = await call("payment.listPaymentProviders", { region_id: region.id })
  assert.ok(payment_providers.some((p) => p.id === "pp_system_default"))

  const ready = (await call("cart.retrieve", cart.id)).cart
  const { payment_collection } = await store.payment.initiatePaymentSession(ready, { provider_id: "pp_system_default" })
  assert.equal(payment_collection.amount, ready.total)
  assert.equal(payment_collection.payment_sessions.filter((s) => s.status === "pending").length, 1)

  const full = (await call("cart.retrieve", cart.id, {
    fields: "*items, *region, *items.product, *items.variant, *items.thumbnail, *items.metadata, +items.total, *promotions, +shipping_methods.name",
  })).cart
  assert.ok(full.items[0].variant.product ?? full.items[0].product)
  assert.equal(full.items[0].total + full.shipping_total, full.total)

  const placed = await call("cart.complete", cart.id)
  assert.equal(placed.type, "order")
  assert.equal(placed.order.total, ready.total)
  const again = await call("cart.complete", cart.id)
  assert.equal(again.order.id, placed.order.id)

  const { order } = await call("order.retrieve", placed.order.id, {
    fields: "*payment_collections.payments,*items,*items.metadata,*items.variant,*items.product",
  })
  assert.deepEqual([order.email, order.total, order.payment_status, order.fulfillment_status], ["thandi@example.com", ready.total, "authorized", "not_fulfilled"])
  assert.equal(order.items[0].quantity, 2)
  assert.equal(order.payment_collections[0].payments[0].amount, order.total)
  assert.equal(order.shipping_address.country_code, "za")
  await assert.rejects(store.cart.createLineItem(cart.id, { variant_id: variant.id, quantity: 1 }), { status: 400, message: /already completed/ })
})

test("an error reaches the client as status, reason phrase and message", async () => {
  await assert.rejects(store.product.retrieve("prod_doesnotexist"), {
    status: 404, statusText: "Not Found", message: "Product with id: prod_doesnotexist was not found",
  })
  await assert.rejects(store.cart.create({ region_id: "reg_x", price: 1 }), { status: 400, statusText: "Bad Request", message: /price/ })
})

/** Sends a product file to the shop as its owner would, and waits for the end. */
async function importFile(path) {
  const headers = { authorization: `Basic ${Buffer.from("sk_demo:").toString("base64")}` }
  const started = await fetch(`${baseUrl}/admin/product-imports?file_name=products.csv&currency=zar`, { method: "POST", headers: { ...headers, "content-type": "text/csv" }, body: readFileSync(path) })
  const { import: job, message } = await started.json()
  assert.equal(started.status, 202, message)
  for (let i = 0; i < 300; i++) {
    const now = (await (await fetch(`${baseUrl}/admin/product-imports/${job.id}`, { headers })).json()).import
    if (now.status === "completed" || now.status === "failed") return now
    await sleep(100)
  }
  assert.fail("the import did not end")
}

test("products of real shops' files can be bought", { skip: !existsSync(realFiles) }, async () => {
  for (const file of readdirSync(realFiles).filter((name) => name.endsWith(".csv"))) {
    const done = await importFile(join(realFiles, file))
    assert.deepEqual([done.status, done.rows_failed], ["completed", 0], file)
  }
  const region = await southAfrica()
  const { products } = await store.product.list({ handle: "clay-plant-pot", region_id: region.id, fields: "*variants.calculated_price" })
  const variant = products[0].variants.find((v) => v.title === "Large")
  assert.equal(variant.calculated_price.calculated_amount, 15.99)

  const { cart } = await store.cart.create({ region_id: region.id, email: "sipho@example.com", shipping_address: address, items: [{ variant_id: variant.id, quantity: 3 }] })
  const { shipping_options } = await store.fulfillment.listCartOptions({ cart_id: cart.id })
  await store.cart.addShippingMethod(cart.id, { option_id: shipping_options[0].id })
  await store.payment.initiatePaymentSession(cart, { provider_id: "pp_system_default" })
  const placed = await store.cart.complete(cart.id)
  assert.equal(placed.type, "order")
  assert.equal(placed.order.items[0].quantity, 3)
})

customers({
  baseUrl: () => baseUrl,
  client,
  record: (path, answer) => recorded.push([path, answer]),
  buyable: async () => {
    const region = await southAfrica()
    return { region, address, ...(await buyable(region.id)) }
  },
})

test("every answer has the types the client promises", () => {
  const folder = new URL("recorded/", import.meta.url)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  // `as const` keeps «pending» from becoming string; a value that is no fresh literal may have more properties than the type names.
  const lines = recorded.map(([path, answer], i) =>
    `const json${i} = ${JSON.stringify(answer, null, 1)} as const\nexport const answer${i}: Answer<typeof sdk.${path}> = json${i} as Mutable<typeof json${i}>`)
  writeFileSync(new URL("answers.ts", folder), [
    `import type Medusa from "@medusajs/js-sdk"`,
    `declare const sdk: Medusa`,
    `type Mutable<T> = { -readonly [K in keyof T]: Mutable<T[K]> }`,
    // The types require properties that the recorded server itself does not send (deleted_at of a category, id of a country, …). What must be
    // there is held against the recordings elsewhere; here everything that is sent must have the type its name has, as JSON writes it.
    `type Sent<T> = T extends Date ? string : T extends string | number | boolean | null | undefined ? T`,
    `  : T extends (infer U)[] ? Sent<U>[] : { [K in keyof T]?: (K extends "value" ? string | number : Sent<T[K]>) | null }`, // a promotion's value is typed string and recorded as number
    `type Answer<T extends (...args: any[]) => any> = Sent<Awaited<ReturnType<T>>>`,
    ...lines,
  ].join("\n"))
  try {
    execFileSync("npx", ["tsc", "--project", "."], { cwd: fileURLToPath(new URL(".", import.meta.url)), encoding: "utf8" })
  } catch (failed) {
    assert.fail(failed.stdout)
  }
})

after(() => stopShop())
