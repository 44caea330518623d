create schema ordering;

-- A cart keeps what the shopper chose, never what it costs: prices are asked for at every answer.
-- It is read and written whole, at every step of a shopper, so it is one row: lines and methods are documents of their own in it. json, not
-- jsonb: nothing looks into them here, and text costs least. What is large stands last, so that a change logs little of it.
create table ordering.carts (
    id uuid primary key,
    version bigint not null default 1,
    region_id uuid not null,
    currency_code text not null,
    sales_channel_id uuid,
    email text,
    locale text,
    customer_id uuid,
    promo_codes text[] not null default '{}',
    taxes_asked boolean not null default false,
    -- An amount owed exists, or is about to: it follows the cart.
    payment_begun boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    completed_at timestamptz,
    order_id uuid,
    -- The lease of a running checkout: from its beginning to its end the cart cannot be changed; after its time another may finish it.
    completing_token uuid,
    completing_until timestamptz,
    metadata json,
    shipping_address json,
    billing_address json,
    shipping_methods json not null default '[]',
    -- With how each product looked when it was chosen, so that a deleted one can still be named.
    lines json not null default '[]',
    check ((completed_at is null) = (order_id is null))
) with (fillfactor = 25);  -- A new cart grows fivefold and is written eight times: with room in its page its indexes are left alone.
