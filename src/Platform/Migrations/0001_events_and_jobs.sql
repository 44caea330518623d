-- The event log: one row per thing that happened, written in the transaction that made it so.
create schema events;

create table events.log (
    id bigint generated always as identity primary key,
    -- Readers only go as far as every older transaction has ended: ids alone are handed out before the commit.
    tx xid8 not null default pg_current_xact_id(),
    name text not null,
    payload jsonb not null,
    -- The clock, not the transaction's start: an event is never older than what it was written after.
    occurred_at timestamptz not null default clock_timestamp()
);
create index log_order on events.log (name, tx, id);
create index log_age on events.log (occurred_at);

-- Topics (the first word of an event's name) whose commits are counted, because somebody keeps copies that must be provably current.
-- The last statement of a transaction counts, so that its row is held for no longer than the commit takes.
create table events.versions (
    topic text primary key,
    version bigint not null default 0
);

-- How far each subscriber has come.
create table events.cursors (
    subscriber text primary key,
    event_name text not null,
    tx xid8 not null,
    id bigint not null,
    updated_at timestamptz not null default now()
);

-- Deliveries that failed: tried again with backoff, then kept as dead letters.
create table events.failed (
    subscriber text not null,
    event_id bigint not null references events.log (id),
    attempts int not null,
    last_error text not null,
    retry_at timestamptz,
    primary key (subscriber, event_id)
);
create index failed_retry on events.failed (retry_at) where retry_at is not null;
create index failed_event on events.failed (event_id);

create schema jobs;

create table jobs.queue (
    id bigint generated always as identity primary key,
    name text not null,
    key text,
    payload jsonb not null,
    run_at timestamptz not null,
    attempts int not null default 0,
    leased_until timestamptz,
    last_error text,
    dead_at timestamptz,
    created_at timestamptz not null default now()
);
-- Only jobs that wait for their first run: one that runs may already have read what a second was enqueued for.
create unique index queue_key on jobs.queue (name, key) where key is not null and attempts = 0;
create index queue_due on jobs.queue (run_at) where dead_at is null;

create table jobs.recurring (
    name text primary key,
    last_run_at timestamptz not null default '-infinity',
    leased_until timestamptz,
    last_error text
);

-- The first answer to a request with an Idempotency-Key.
create table platform.idempotency (
    scope text not null,
    key text not null,
    request_hash bytea not null,
    -- The host that runs the request; its claim is void when the host is gone and there is no status yet.
    host int not null,
    status int,
    content_type text,
    body bytea,
    created_at timestamptz not null default now(),
    primary key (scope, key)
);
create index idempotency_age on platform.idempotency (created_at);
