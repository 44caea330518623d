-- Somebody with an account says that an order is theirs; whoever reads the mail to the order's address decides.
create table ordering.order_transfers (
    id uuid primary key,
    order_id uuid not null references ordering.orders (id),
    -- Who asks.
    customer_id uuid not null,
    status text not null default 'requested' check (status in ('requested', 'accepted', 'declined', 'canceled', 'expired')),
    -- Of the token in the newest mail; null until one is written.
    token_hash bytea,
    -- Whose the order was before it moved; null for a guest's.
    from_customer_id uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    check ((status = 'requested') = (ended_at is null))
);
create unique index order_transfers_open on ordering.order_transfers (order_id) where status = 'requested';
create index order_transfers_order on ordering.order_transfers (order_id, created_at);
