-- Orders are copies, not references: what was bought, at which price, to where. All amounts are minor units of currency_code.
-- How a line's tax and discount come about stands with the line.
create sequence ordering.order_numbers start with 1001;

create table ordering.orders (
    id uuid primary key,
    display_id bigint not null unique default nextval('ordering.order_numbers'),
    cart_id uuid not null unique,
    region_id uuid,
    currency_code text not null,
    sales_channel_id uuid,
    customer_id uuid,
    email text,
    locale text,
    status text not null default 'pending' check (status in ('pending', 'completed', 'canceled', 'archived', 'requires_action')),
    is_tax_inclusive boolean not null,
    original_total bigint not null, original_tax_total bigint not null, subtotal bigint not null,
    discount_total bigint not null, discount_subtotal bigint not null, discount_tax_total bigint not null,
    tax_total bigint not null, total bigint not null check (total >= 0),
    -- Its total before any edit.
    placed_total bigint not null,
    -- json, not jsonb: an answer repeated is equal to the letter.
    shipping_address json,
    billing_address json,
    metadata json,
    -- Counts edits: who edits says which state of the order they have seen.
    version bigint not null default 1 check (version >= 1),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    canceled_at timestamptz,
    check (status <> 'canceled' or canceled_at is not null),
    check (total = subtotal - discount_subtotal + tax_total),
    check (discount_total = original_total - total),
    check (discount_tax_total = original_tax_total - tax_total)
);

-- The orders staff's lists are read in, and whose they look for.
create index orders_created on ordering.orders (created_at desc, id);
create index orders_email on ordering.orders (lower(email));
create index orders_customer on ordering.orders (customer_id) where customer_id is not null;

create table ordering.order_lines (
    id uuid primary key,
    order_id uuid not null references ordering.orders (id),
    position int not null,
    variant_id uuid not null,
    product_id uuid not null,
    title text not null,
    thumbnail text,
    product_title text not null, product_subtitle text, product_description text, product_handle text not null,
    product_type text, product_type_id uuid, product_collection text,
    variant_title text, variant_sku text, variant_barcode text, variant_option_values json,
    requires_shipping boolean not null, is_giftcard boolean not null, is_discountable boolean not null,
    quantity bigint not null check (quantity > 0),
    unit_price bigint not null check (unit_price >= 0),
    compare_at_unit_price bigint,
    original_total bigint not null, original_tax_total bigint not null, subtotal bigint not null,
    discount_total bigint not null, discount_subtotal bigint not null, discount_tax_total bigint not null,
    tax_total bigint not null, total bigint not null check (total >= 0),
    metadata json,
    tax_lines json not null,
    adjustments json not null,
    check (total = subtotal - discount_subtotal + tax_total)
);
create index order_lines_order on ordering.order_lines (order_id, position);

create table ordering.order_shipping_methods (
    id uuid primary key,
    order_id uuid not null references ordering.orders (id),
    position int not null,
    shipping_option_id uuid not null,
    name text not null,
    amount bigint not null check (amount >= 0),
    data json,
    original_total bigint not null, original_tax_total bigint not null, subtotal bigint not null,
    discount_total bigint not null, discount_subtotal bigint not null, discount_tax_total bigint not null,
    tax_total bigint not null, total bigint not null check (total >= 0),
    tax_lines json not null,
    adjustments json not null,
    check (total = subtotal - discount_subtotal + tax_total)
);
create index order_shipping_methods_order on ordering.order_shipping_methods (order_id, position);

-- What FinishCheckouts looks for.
create index carts_completing on ordering.carts (completing_until) where completing_until is not null and completed_at is null;
