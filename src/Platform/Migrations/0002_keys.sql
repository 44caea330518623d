-- The keys that encrypt what is secret at rest; themselves encrypted where MASTER_KEY is set.
create table platform.keys (
    id bigint generated always as identity primary key,
    name text not null,
    xml text not null,
    created_at timestamptz not null default now()
);
