-- The orders lists are read in.
create index items_created on inventory.items (created_at desc, id) where deleted_at is null;
create index reservations_created on inventory.reservations (created_at desc);
