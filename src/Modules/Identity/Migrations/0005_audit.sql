-- What staff change is written down. Secrets are hidden in it.
select audit.watch('identity.api_keys', 'api_key', 'apk', without => '{last_used_at}');
select audit.watch('identity.api_key_channels', 'api_key', 'apk', 'api_key_id');
select audit.watch('identity.former_keys', 'api_key', 'apk', 'api_key_id');
select audit.watch('identity.users', 'user', 'user');
select audit.watch('identity.user_roles', 'user', 'user', 'user_id');
select audit.watch('identity.roles', 'role', 'role');
select audit.watch('identity.invites', 'invite', 'invite');
select audit.watch('identity.customers', 'customer', 'cus');
select audit.watch('identity.customer_addresses', 'customer', 'cus', 'customer_id');
select audit.watch('identity.sign_ins', 'identity', 'authid', 'identity_id');
select audit.watch('identity.sessions', 'session', 'ses', without => '{last_used_at,ip,user_agent}');
