create schema pricing;

create table pricing.currencies (
    code text primary key check (code ~ '^[a-z]{3}$'),
    name text not null,
    symbol text not null,
    symbol_native text not null,
    decimal_digits smallint not null check (decimal_digits in (0, 2, 3)),
    rounding numeric(6, 2) not null default 0
);

create table pricing.regions (
    id uuid primary key,
    name text not null check (length(name) between 1 and 255),
    currency_code text not null references pricing.currencies (code),
    automatic_taxes boolean not null,
    is_tax_inclusive boolean not null,
    payment_providers text[] not null,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

-- A country belongs to at most one region: the reference stands here, once.
create table pricing.countries (
    iso_2 text primary key check (iso_2 ~ '^[a-z]{2}$'),
    iso_3 text not null unique,
    num_code text not null,
    name text not null,
    display_name text not null,
    region_id uuid references pricing.regions (id),
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index countries_region on pricing.countries (region_id) where region_id is not null;

create table pricing.tax_regions (
    id uuid primary key,
    country_code text not null references pricing.countries (iso_2),
    province_code text check (length(province_code) between 1 and 20),
    parent_id uuid references pricing.tax_regions (id),
    provider_id text not null default 'tp_system',
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    check ((province_code is null) = (parent_id is null))
);
-- «wc» and «za-wc» are the same place.
create unique index tax_regions_place on pricing.tax_regions (country_code, coalesce(regexp_replace(province_code, '^[a-z]{2}-', ''), ''))
    where deleted_at is null;

create table pricing.tax_rates (
    id uuid primary key,
    tax_region_id uuid not null references pricing.tax_regions (id),
    rate numeric(7, 4) not null check (rate between 0 and 100),
    code text not null,
    name text not null,
    is_default boolean not null,
    is_combinable boolean not null,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create unique index tax_rates_default on pricing.tax_rates (tax_region_id) where is_default and deleted_at is null;
create index tax_rates_region on pricing.tax_rates (tax_region_id) where deleted_at is null;

create table pricing.tax_rate_rules (
    id uuid primary key,
    tax_rate_id uuid not null references pricing.tax_rates (id) on delete cascade,
    reference text not null check (reference in ('product', 'product_type', 'shipping_option')),
    reference_id uuid not null,
    created_at timestamptz not null default now(),
    unique (tax_rate_id, reference, reference_id)
);

create table pricing.promotions (
    id uuid primary key,
    code text not null check (length(code) between 1 and 100),
    type text not null check (type in ('standard', 'buyget')),
    is_automatic boolean not null,
    is_tax_inclusive boolean not null,
    status text not null check (status in ('draft', 'active', 'inactive')),
    use_limit bigint check (use_limit >= 1),
    -- Counted only while there is a limit: orders with a promotion without one must not wait for each other at its row.
    used bigint not null default 0 check (used >= 0),
    spent bigint not null default 0 check (spent >= 0),
    starts_at timestamptz,
    ends_at timestamptz,
    budget_type text check (budget_type in ('usage', 'spend')),
    budget_limit bigint check (budget_limit >= 1),
    budget_currency text references pricing.currencies (code),
    budget_attribute text check (budget_attribute in ('customer_id', 'customer_email')),
    campaign_name text,
    rules jsonb not null,
    method_id uuid not null,
    method_type text not null check (method_type in ('fixed', 'percentage')),
    target_type text not null check (target_type in ('items', 'order', 'shipping_methods')),
    allocation text not null check (allocation in ('each', 'across')),
    value_minor bigint check (value_minor > 0),
    value_percent numeric(7, 4) check (value_percent > 0 and value_percent <= 100),
    method_currency text references pricing.currencies (code),
    max_quantity bigint check (max_quantity >= 1),
    buy_quantity bigint check (buy_quantity >= 1),
    get_quantity bigint check (get_quantity >= 1),
    target_rules jsonb not null,
    buy_rules jsonb not null,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    check (starts_at < ends_at),
    check ((budget_type is null) = (budget_limit is null)),
    check ((budget_type = 'spend') = (budget_currency is not null) or budget_type is null),
    check ((method_type = 'fixed') = (value_minor is not null) and (method_type = 'percentage') = (value_percent is not null)),
    check (method_type = 'percentage' or method_currency is not null),
    check (type = 'standard' or (target_type = 'items' and buy_quantity is not null and get_quantity is not null))
);
create unique index promotions_code on pricing.promotions (lower(code)) where deleted_at is null;

-- What each cart has used up. Kept after the order: it is the record of the promotion's cost.
create table pricing.promotion_claims (
    key uuid not null,
    promotion_id uuid not null references pricing.promotions (id),
    customer text not null,
    amount bigint not null check (amount >= 0),
    currency_code text not null,
    -- Of its order's edits, the last one heard of.
    order_version bigint not null default 1,
    created_at timestamptz not null default now(),
    primary key (key, promotion_id)
);
create index promotion_claims_promotion on pricing.promotion_claims (promotion_id);

-- Counters of budgets per customer.
create table pricing.promotion_customers (
    promotion_id uuid not null references pricing.promotions (id),
    customer text not null,
    -- Counted only while there is a limit: orders with a promotion without one must not wait for each other at its row.
    used bigint not null default 0 check (used >= 0),
    spent bigint not null default 0 check (spent >= 0),
    primary key (promotion_id, customer)
);
