-- What staff change is written down. Reservations are shoppers', movements say what became of the levels.
select audit.watch('inventory.stock_locations', 'stock_location', 'sloc');
select audit.watch('inventory.location_channels', 'stock_location', 'sloc', 'location_id');
select audit.watch('inventory.items', 'inventory_item', 'iitem');
select audit.watch('inventory.variant_items', 'inventory_item', 'iitem', 'item_id');
select audit.watch('inventory.levels', 'inventory_item', 'iitem', 'item_id');
