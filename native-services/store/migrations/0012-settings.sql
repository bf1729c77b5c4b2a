-- Tokens for scripts. Only a keyed hash is kept; a revoked one stays for a while, so that its refusal can say why.
CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scope TEXT NOT NULL,                           -- read, operate, admin
  prefix TEXT NOT NULL,                          -- the first characters, to find the row
  hash TEXT NOT NULL,
  hint TEXT NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX api_tokens_prefix ON api_tokens(prefix);
