-- Somebody is to be forgotten. What it needs of them is under the key ring and goes with the end; then nothing here says who it was.
create table privacy.erasures (
    id uuid primary key,
    customer_id uuid,
    requested_by text not null check (requested_by in ('customer', 'staff')),
    -- Staff's word why, where open matters do not keep it waiting.
    reason text,
    is_forced boolean not null default false,
    status text not null default 'waiting' check (status in ('waiting', 'running', 'done', 'canceled')),
    due_at timestamptz not null,
    -- What is under way still, a sentence each; it is looked at again every day.
    waits_for text[] not null default '{}',
    person text,
    -- What modules keep of it, and why.
    kept jsonb not null default '[]',
    -- Steps that are done.
    steps text[] not null default '{}',
    certificate text,
    certificate_sha256 bytea,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    check ((status in ('done', 'canceled')) = (finished_at is not null)),
    check ((certificate is null) = (certificate_sha256 is null)),
    check (status <> 'done' or (certificate is not null and customer_id is null and person is null and reason is null)),
    check (customer_id is not null or status in ('done', 'canceled'))
);
create unique index erasures_open on privacy.erasures (customer_id) where status in ('waiting', 'running');
create index erasures_created on privacy.erasures (created_at);
