create or replace function notify_private.sender_options() returns table (provider text, name text, pattern text, expected text)
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  values
    ('apns', 'topic', '^[A-Za-z0-9][A-Za-z0-9.-]{0,200}$', 'the bundle id of an app'),
    ('apns', 'team_id', '^[A-Z0-9]{10}$', 'ten capital letters or digits'),
    ('apns', 'key_id', '^[A-Z0-9]{10}$', 'ten capital letters or digits'),
    ('web_push', 'public_key', '^B[A-Za-z0-9_-]{86}$', 'a P-256 public key, 65 bytes in base64url'),
    ('web_push', 'subject', '^(mailto:|https://)[^\s<>]{1,200}$', 'a mailto: or https: address'),
    ('smtp', 'from', '^[^\r\n]{0,100}[^\s@<]+@[^\s@>]+>?$', 'a mailbox such as Shop <hello@example.com>'),
    ('smtp', 'return_path', '^[a-zA-Z0-9_.-]{1,12}@[a-zA-Z0-9_.-]+$', 'a mailbox with at most 12 characters before the @'),
    ('twilio', 'account_sid', '^AC[0-9a-fA-F]{32}$', 'AC and 32 hexadecimal digits'),
    ('twilio', 'from', '^(\+[1-9]\d{6,14}|MG[0-9a-fA-F]{32})$', 'an E.164 number or a messaging service id'),
    ('twilio_voice', 'account_sid', '^AC[0-9a-fA-F]{32}$', 'AC and 32 hexadecimal digits'),
    ('twilio_voice', 'from', '^\+[1-9]\d{6,14}$', 'an E.164 number')
$$;
comment on function notify_private.sender_options() is
  'What may stand in the options of a sender, by provider. src/config/senders.ts says which setting each takes the place of, and '
  'checks it as that setting. Hosts are none: a key could be sent to any.';
