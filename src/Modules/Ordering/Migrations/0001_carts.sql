create schema ordering;

-- A cart keeps what the shopper chose, never what it costs: prices are asked for at every answer.
create table ordering.carts (
    id uuid primary key,
    version bigint not null default 1,
    region_id uuid not null,
    currency_code text not null check (currency_code ~ '^[a-z]{3}$'),
    sales_channel_id uuid,
    email text,
    locale text,
    customer_id uuid,
    promo_codes text[] not null default '{}',
    shipping_address jsonb,
    billing_address jsonb,
    taxes_asked boolean not null default false,
    -- An amount owed exists, or is about to: it follows the cart.
    payment_begun boolean not null default false,
    metadata jsonb check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    completed_at timestamptz,
    order_id uuid unique,
    -- The lease of a running checkout: from its beginning to its end the cart cannot be changed; after its time another may finish it.
    completing_token uuid,
    completing_until timestamptz,
    check ((completed_at is null) = (order_id is null))
);

create table ordering.cart_lines (
    id uuid primary key,
    cart_id uuid not null references ordering.carts (id) on delete cascade,
    variant_id uuid not null,
    product_id uuid not null,
    quantity bigint not null check (quantity between 1 and 1000000),
    metadata jsonb not null check (jsonb_typeof(metadata) = 'object'),
    -- How the product looked when it was chosen, so that a deleted one can still be named.
    snapshot jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create index cart_lines_cart on ordering.cart_lines (cart_id);

create table ordering.cart_shipping_methods (
    id uuid primary key,
    cart_id uuid not null references ordering.carts (id) on delete cascade,
    shipping_option_id uuid not null,
    profile_id uuid not null,
    name text not null,
    data jsonb check (jsonb_typeof(data) = 'object'),
    created_at timestamptz not null default now(),
    unique (cart_id, profile_id) deferrable initially deferred
);
