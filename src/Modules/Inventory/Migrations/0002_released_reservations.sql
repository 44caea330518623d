create index reservations_released on inventory.reservations (updated_at) where status = 'released';
