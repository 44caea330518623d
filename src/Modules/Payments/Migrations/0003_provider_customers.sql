-- A provider's names of our accounts, under which it keeps their cards.
create table payments.provider_customers (
    -- 'stripe': the same for all its ways to pay.
    provider_id text not null,
    customer_id uuid not null,
    reference text not null,
    created_at timestamptz not null default now(),
    primary key (provider_id, customer_id)
);
