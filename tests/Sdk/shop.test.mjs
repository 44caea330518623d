// Buys from a running shop with the public client, unmodified. HEADLESSPRO_URL names the shop, HEADLESSPRO_KEY its publishable key.
// Every answer is recorded and then type-checked against the client's own types.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { after, test } from "node:test"
import MedusaModule from "@medusajs/js-sdk"

const Medusa = MedusaModule.default ?? MedusaModule
const sdk = new Medusa({
  baseUrl: process.env.HEADLESSPRO_URL ?? "http://127.0.0.1:9000",
  publishableKey: process.env.HEADLESSPRO_KEY ?? "pk_demo",
})
const store = sdk.store

const recorded = []

/** Calls a method of the client by its path and keeps the answer under it. */
async function call(path, ...args) {
  const answer = await path.split(".").reduce((o, name) => o[name].bind(o), store)(...args)
  recorded.push([path, answer])
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

after(() => {
  const folder = new URL("recorded/", import.meta.url)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const lines = recorded.map(([path, answer], i) =>
    `export const answer${i}: Answer<typeof sdk.store.${path}> = ${JSON.stringify(answer, null, 1)}`)
  writeFileSync(new URL("answers.ts", folder), [
    `import type Medusa from "@medusajs/js-sdk"`,
    `declare const sdk: Medusa`,
    `type Answer<T extends (...args: any[]) => any> = Awaited<ReturnType<T>>`,
    ...lines,
  ].join("\n"))
})
