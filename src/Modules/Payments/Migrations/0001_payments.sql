create schema payments;

-- What is owed for one cart, later for the order it became. Amounts are minor units.
create table payments.collections (
    id uuid primary key,
    cart_id uuid not null unique,
    currency_code text not null check (currency_code = lower(currency_code) and length(currency_code) = 3),
    amount bigint not null check (amount >= 0),
    -- A live payment stands for it: the amount no longer follows the cart.
    is_authorized boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table payments.sessions (
    id uuid primary key,
    collection_id uuid not null references payments.collections (id),
    provider_id text not null,
    amount bigint not null check (amount >= 0),
    status text not null check (status in ('pending', 'requires_more', 'authorized', 'captured', 'error', 'canceled')),
    data jsonb not null default '{}',
    authorized_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index sessions_collection on payments.sessions (collection_id);
-- The checkout page takes «the» pending session: there is never a second one.
create unique index sessions_one_open on payments.sessions (collection_id) where status in ('pending', 'requires_more');

create table payments.payments (
    id uuid primary key,
    collection_id uuid not null references payments.collections (id),
    session_id uuid not null unique references payments.sessions (id),
    provider_id text not null,
    amount bigint not null check (amount >= 0),
    data jsonb not null default '{}',
    captured_at timestamptz,
    canceled_at timestamptz,
    created_at timestamptz not null default now()
);
create index payments_collection on payments.payments (collection_id);
-- Money is promised once for a cart, whatever arrives in whatever order.
create unique index payments_one_live on payments.payments (collection_id) where canceled_at is null;

-- Every movement of money, never updated.
create table payments.ledger (
    id bigint generated always as identity primary key,
    payment_id uuid not null references payments.payments (id),
    kind text not null check (kind in ('authorization', 'capture', 'refund', 'void')),
    amount bigint not null check (amount >= 0),
    currency_code text not null,
    provider_reference text not null,
    created_at timestamptz not null default now(),
    unique (payment_id, kind, provider_reference)
);
