-- One organization and everything in it. Times are RFC 3339 in UTC. Ids are never used again (AUTOINCREMENT), as W&B's are not.

CREATE TABLE organization (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    deployment_kind TEXT NOT NULL CHECK (deployment_kind IN ('multi-tenant', 'dedicated', 'self-managed')),
    version TEXT CHECK ((version IS NULL) = (deployment_kind = 'multi-tenant')),
    settings TEXT NOT NULL
) STRICT;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'service')),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deactivated_at TEXT,
    -- People only.
    email TEXT UNIQUE COLLATE NOCASE,
    organization_role TEXT CHECK (organization_role IN ('admin', 'member')),
    instance_admin INTEGER NOT NULL DEFAULT 0,
    models_seat TEXT,
    weave_role TEXT,
    -- Service accounts only. A subject belongs to a federated account, and is matched exactly.
    scope TEXT CHECK (scope IN ('team', 'organization')),
    subject TEXT UNIQUE,
    default_team INTEGER REFERENCES entities (id),
    CHECK ((kind = 'person') = (email IS NOT NULL)),
    CHECK ((kind = 'person') = (organization_role IS NOT NULL)),
    CHECK ((kind = 'service') = (scope IS NOT NULL)),
    CHECK ((kind = 'service') = (default_team IS NOT NULL)),
    CHECK (subject IS NULL OR scope = 'team')
) STRICT;

CREATE TABLE entities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('team', 'user', 'organization')),
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    owner INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    storage_bucket TEXT,
    CHECK ((kind = 'user') = (owner IS NOT NULL))
) STRICT;

CREATE TABLE custom_roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    description TEXT NOT NULL,
    inherited_from TEXT NOT NULL CHECK (inherited_from IN ('member', 'viewer')),
    permissions TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    team INTEGER NOT NULL REFERENCES entities (id) ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('admin', 'member', 'viewer', 'custom')),
    custom_role INTEGER REFERENCES custom_roles (id),
    UNIQUE (team, account),
    CHECK ((role = 'custom') = (custom_role IS NOT NULL))
) STRICT;

CREATE INDEX members_by_account ON members (account);

CREATE TABLE invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    team INTEGER NOT NULL REFERENCES entities (id) ON DELETE CASCADE,
    email TEXT NOT NULL COLLATE NOCASE,
    account INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
    admin INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (team, email)
) STRICT;

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key_id TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    description TEXT,
    created_at TEXT NOT NULL,
    last_used_at TEXT
) STRICT;

CREATE INDEX api_keys_by_owner ON api_keys (owner);

CREATE TABLE access_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    expires_at TEXT NOT NULL
) STRICT;

-- Identity tokens that were exchanged, each of which is good once.
CREATE TABLE exchanged_tokens (
    issuer TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (issuer, jti)
) STRICT;

CREATE TABLE projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity INTEGER NOT NULL REFERENCES entities (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    UNIQUE (entity, name)
) STRICT;

-- The author is whoever logged the run; the user is whom it is attributed to: the author, or the person that the author named.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    author INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    user INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    state TEXT NOT NULL,
    details TEXT NOT NULL,
    history_lines INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    heartbeat_at TEXT NOT NULL,
    UNIQUE (project, name)
) STRICT;

CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL
) STRICT;
