-- How often clients asked in a minute, over all hosts. Lost in a crash, which does no harm.
create unlogged table platform.request_counts (
    client text not null,
    minute bigint not null,
    count bigint not null,
    primary key (client, minute)
);
