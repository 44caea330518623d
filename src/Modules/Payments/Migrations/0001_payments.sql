create schema payments;

-- What is owed for one cart, later for the order it became. Amounts are minor units.
create table payments.collections (
    id uuid primary key,
    cart_id uuid not null unique,
    -- Known once the order is placed.
    order_id uuid unique,
    -- Of the order's edits, the last one heard of.
    order_version bigint not null default 0,
    -- Its order was canceled: nothing more is taken.
    closed_at timestamptz,
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
    -- The provider's name of what it prepared.
    reference text,
    amount bigint not null check (amount >= 0),
    -- What the provider asks of the shopper; differs while the provider could not be told of a change.
    provider_amount bigint,
    status text not null check (status in ('pending', 'requires_more', 'authorized', 'captured', 'error', 'canceled')),
    -- What clients see of it; never a number of a card.
    data jsonb not null default '{}',
    -- Who opened it; null for a guest. Nobody else goes on with it: what the provider prepared may offer their cards.
    customer_id uuid,
    -- The shopper's address on the network when it was opened.
    ip inet,
    -- Of one that an order still owes: when the provider is asked, should nobody have told what became of it.
    look_at timestamptz,
    authorized_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index sessions_collection on payments.sessions (collection_id);
-- The checkout page takes «the» pending session: there is never a second one.
create unique index sessions_one_open on payments.sessions (collection_id) where status in ('pending', 'requires_more');
create index sessions_customer on payments.sessions (customer_id) where customer_id is not null;
create index sessions_look_at on payments.sessions (look_at) where look_at is not null;
-- Webhooks find their session by it.
create unique index sessions_reference on payments.sessions (reference, provider_id) where reference is not null;

create table payments.payments (
    id uuid primary key,
    collection_id uuid not null references payments.collections (id),
    session_id uuid not null references payments.sessions (id),
    -- Its collection's, known once the order is placed.
    order_id uuid,
    provider_id text not null,
    -- 1, and more where an order grew after it was paid for.
    part int not null default 1,
    -- The provider's name of the promise.
    reference text not null,
    amount bigint not null check (amount >= 0),
    -- Sums of its ledger rows, written with them.
    captured bigint not null default 0 check (captured >= 0),
    -- Let go without being taken.
    released bigint not null default 0 check (released >= 0),
    refunded bigint not null default 0 check (refunded between 0 and captured),
    -- Taken back by shoppers' banks.
    disputed bigint not null default 0 check (disputed >= 0),
    -- A promise that nobody wants (its session was closed, it is the second one, it is of another amount): let go as soon as it is known.
    is_stray boolean not null default false,
    -- When the money is due to be taken; null when staff take it, or nothing is left to take.
    capture_at timestamptz,
    -- When the provider lets the promise go by itself.
    lapses_at timestamptz,
    -- Why staff should look at it, a sentence.
    attention text,
    -- When Ordering was last told of a promise without an order.
    told_at timestamptz not null default now(),
    -- Card's brand, last four digits and country, or payer's: what fraud rules and staff may know.
    means jsonb,
    data jsonb not null default '{}',
    -- When nothing more was left to take.
    captured_at timestamptz check (captured_at is null or captured + released >= amount),
    -- When all of it was let go.
    canceled_at timestamptz check (canceled_at is null or captured = 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index payments_collection on payments.payments (collection_id);
create unique index payments_reference on payments.payments (reference, provider_id);
create unique index payments_session on payments.payments (session_id) where not is_stray;
-- Money is promised once for a cart, whatever arrives in whatever order.
create unique index payments_one_live on payments.payments (collection_id, part) where canceled_at is null and not is_stray;
create index payments_capture_at on payments.payments (capture_at) where capture_at is not null;
create index payments_lapses_at on payments.payments (lapses_at) where lapses_at is not null and captured_at is null and canceled_at is null;
create index payments_told_at on payments.payments (told_at) where canceled_at is null and not is_stray and order_id is null;

-- A movement we ask a provider for, written before the provider is called: its id is the key there. One that a crash left open is finished later.
create table payments.operations (
    id uuid primary key,
    payment_id uuid not null references payments.payments (id),
    kind text not null check (kind in ('capture', 'refund', 'void')),
    amount bigint not null check (amount >= 0),
    -- Of a capture: the rest is let go.
    is_final boolean not null default false,
    reason text,
    note text,
    -- Staff's API key; null when the shop itself asks.
    created_by text,
    -- Their Idempotency-Key: asked again after a crash, it is the same operation.
    request_key text,
    status text not null default 'open' check (status in ('open', 'done', 'refused')),
    -- What the provider said.
    refusal text,
    -- Whoever is at it has a minute from here.
    taken_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    check ((status = 'open') = (finished_at is null))
);
create index operations_payment on payments.operations (payment_id, status);
create unique index operations_request on payments.operations (payment_id, created_by, request_key) where request_key is not null;
create index operations_open on payments.operations (taken_at) where status = 'open';

-- Every movement of money, never updated.
create table payments.ledger (
    id bigint generated always as identity primary key,
    payment_id uuid not null references payments.payments (id),
    kind text not null check (kind in ('authorization', 'capture', 'refund', 'refund_reversal', 'void', 'dispute', 'dispute_reversal')),
    amount bigint not null check (amount >= 0),
    currency_code text not null,
    provider_reference text not null,
    -- Which of ours it is; null for what nobody here asked for.
    operation_id uuid references payments.operations (id),
    created_at timestamptz not null default now(),
    unique (payment_id, kind, provider_reference)
);
create index ledger_operation on payments.ledger (operation_id) where operation_id is not null;

create function payments.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is only ever appended to', tg_table_name;
end $$;
create trigger ledger_append_only before update or delete or truncate on payments.ledger
    for each statement execute function payments.refuse_change();

-- What providers told us, each once. Nothing of their content is kept but whom it is about: the provider itself is asked.
create table payments.webhook_events (
    provider text not null,
    event_id text not null,
    type text not null,
    session_id uuid,
    provider_references text[] not null,
    received_at timestamptz not null default now(),
    -- When it is looked at again; null when that was done.
    due_at timestamptz,
    attempts int not null default 0,
    processed_at timestamptz,
    primary key (provider, event_id)
);
create index webhook_events_due on payments.webhook_events (due_at) where due_at is not null;
create index webhook_events_received on payments.webhook_events (received_at);
