"""The tables, built up in steps; a step that has been released is never changed, a new one is added behind it.

Times are ISO 8601 in UTC, so that they sort as text and read well in Datasette. Lists and mappings are JSON. Numbers that a button, a
deed or a post on its way may still name after the row was erased are AUTOINCREMENT: never given to another customer, case or message.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("calmdesk")


def _all(db: Database, statements: str) -> None:
    """Run several statements within the step's own transaction, which `executescript` would end."""
    for statement in statements.split(";"):
        db.conn.execute(statement)


@migrations()
def m001_what_came_in_and_what_goes_out(db: Database) -> None:
    """Keep every update before it is acknowledged, and every outgoing call before it is made."""
    _all(
        db,
        """
        CREATE TABLE inbox (
            update_id INTEGER PRIMARY KEY,
            lane TEXT NOT NULL,
            raw TEXT,
            state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'dead')),
            came_at TEXT NOT NULL,
            done_at TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            not_before TEXT,
            error TEXT
        );
        CREATE INDEX inbox_waiting ON inbox (lane, update_id) WHERE state = 'waiting';
        CREATE INDEX inbox_dead ON inbox (update_id) WHERE state = 'dead';
        CREATE INDEX inbox_done ON inbox (done_at) WHERE state = 'done';
        CREATE INDEX inbox_past ON inbox (lane, came_at) WHERE state != 'waiting';
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL,
            customer_id INTEGER NOT NULL DEFAULT 0,
            case_id INTEGER,
            message_id INTEGER,
            kind TEXT NOT NULL,
            content TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unknown', 'dropped')),
            urgency INTEGER NOT NULL DEFAULT 0,
            made_at TEXT NOT NULL,
            not_before TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            sent_at TEXT,
            sent_as INTEGER,
            error TEXT
        );
        CREATE INDEX outbox_open ON outbox (chat_id, customer_id, id, kind) WHERE state IN ('waiting', 'sending');
        CREATE INDEX outbox_at_once ON outbox (id) WHERE state = 'waiting' AND kind IN ('toast', 'results');
        CREATE INDEX outbox_put_off ON outbox (not_before) WHERE state = 'waiting' AND not_before IS NOT NULL;
        CREATE INDEX outbox_sent ON outbox (sent_at, chat_id) WHERE state = 'sent';
        CREATE INDEX outbox_state ON outbox (state, made_at);
        CREATE UNIQUE INDEX outbox_one_card ON outbox (chat_id, case_id) WHERE state = 'waiting' AND kind = 'card';
        CREATE INDEX outbox_of_message ON outbox (message_id) WHERE message_id IS NOT NULL;
        CREATE INDEX outbox_of_customer ON outbox (customer_id, made_at);
        CREATE INDEX outbox_of_case ON outbox (case_id) WHERE case_id IS NOT NULL;
    """,
    )


@migrations()
def m002_customers_and_cases(db: Database) -> None:
    """Keep who wrote, what about, every version of it, and how it was read and answered."""
    _all(
        db,
        """
        CREATE TABLE customers (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL,
            account INTEGER NOT NULL DEFAULT 0,
            user_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            username TEXT,
            language TEXT NOT NULL,
            language_chosen INTEGER NOT NULL DEFAULT 0,
            first_seen TEXT NOT NULL,
            last_seen TEXT NOT NULL,
            greeted_at TEXT,
            blocked_at TEXT,
            UNIQUE (chat_id, account)
        );
        CREATE TABLE cases (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
            opened_at TEXT NOT NULL,
            last_at TEXT NOT NULL,
            said_at TEXT,
            answered_at TEXT,
            closed_at TEXT,
            closed_by INTEGER,
            taken_by INTEGER,
            taken_at TEXT,
            supervised_at TEXT,
            heat INTEGER NOT NULL DEFAULT 0,
            heats TEXT NOT NULL DEFAULT '[]',
            level INTEGER NOT NULL DEFAULT 1,
            types TEXT NOT NULL DEFAULT '[]',
            stage TEXT,
            alert TEXT,
            flooded INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX cases_of_customer ON cases (customer_id, id);
        CREATE INDEX cases_open ON cases (last_at) WHERE state = 'open';
        CREATE INDEX cases_closed ON cases (closed_at) WHERE state = 'closed';
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            case_id INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
            customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('customer', 'agent', 'bot', 'note')),
            staff_id INTEGER,
            at TEXT NOT NULL,
            kind TEXT NOT NULL DEFAULT 'text',
            text TEXT NOT NULL DEFAULT '',
            file_id TEXT,
            details TEXT,
            chat_message_id INTEGER,
            edited_at TEXT,
            deleted_at TEXT,
            template TEXT,
            techniques TEXT,
            warned TEXT
        );
        CREATE INDEX messages_of_case ON messages (case_id, id);
        CREATE INDEX messages_of_customer ON messages (customer_id, at);
        CREATE UNIQUE INDEX messages_once ON messages (customer_id, chat_message_id) WHERE chat_message_id IS NOT NULL;
        CREATE TABLE message_versions (
            message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            text TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (message_id, version)
        );
        CREATE TABLE readings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            case_id INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
            message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            at TEXT NOT NULL,
            advice TEXT NOT NULL,
            offered INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX readings_of_case ON readings (case_id, id);
        CREATE INDEX readings_of_message ON readings (message_id);
        CREATE TABLE suggestions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            case_id INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
            reading_id INTEGER NOT NULL REFERENCES readings (id) ON DELETE CASCADE,
            place INTEGER NOT NULL,
            template TEXT NOT NULL,
            techniques TEXT NOT NULL,
            text TEXT NOT NULL,
            blanks TEXT NOT NULL,
            why TEXT NOT NULL,
            at TEXT NOT NULL,
            sent_at TEXT,
            sent_by INTEGER
        );
        CREATE INDEX suggestions_of_case ON suggestions (case_id, id);
        CREATE INDEX suggestions_of_reading ON suggestions (reading_id);
        CREATE INDEX suggestions_sent ON suggestions (template) WHERE sent_at IS NOT NULL;
        CREATE TABLE corrections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            case_id INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
            message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            at TEXT NOT NULL,
            staff_id INTEGER NOT NULL,
            dimension TEXT NOT NULL,
            was TEXT NOT NULL,
            became TEXT NOT NULL
        );
        CREATE INDEX corrections_of_case ON corrections (case_id, id);
        CREATE INDEX corrections_of_message ON corrections (message_id);
    """,
    )
    # Chinese words mostly have two characters and the trigram index needs three: calmdesk.store.search indexes pairs of signs as words.
    # It says by itself what a word is; the ascii tokenizer only splits at the spaces and knows every script, new signs included.
    db.conn.execute("CREATE VIRTUAL TABLE message_words USING fts5 (words, tokenize = 'ascii')")
    # Whoever deletes a message, by whatever way, deletes its words.
    db.conn.execute("CREATE TRIGGER messages_erased AFTER DELETE ON messages BEGIN DELETE FROM message_words WHERE rowid = old.id; END")


@migrations()
def m003_the_desk(db: Database) -> None:
    """Keep the staff, where a case is shown to them, and what they are in the middle of."""
    _all(
        db,
        """
        CREATE TABLE staff (
            user_id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            language TEXT,
            joined_at TEXT NOT NULL,
            invited_by INTEGER,
            removed_at TEXT,
            reachable INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE invites (
            token TEXT PRIMARY KEY,
            role TEXT NOT NULL,
            made_by INTEGER NOT NULL,
            made_at TEXT NOT NULL,
            ends_at TEXT NOT NULL,
            used_by INTEGER,
            used_at TEXT
        );
        CREATE TABLE topics (
            customer_id INTEGER PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
            chat_id INTEGER NOT NULL,
            thread_id INTEGER,
            shown TEXT NOT NULL DEFAULT '',
            closed INTEGER NOT NULL DEFAULT 0
        );
        CREATE UNIQUE INDEX topics_thread ON topics (chat_id, thread_id) WHERE thread_id IS NOT NULL;
        CREATE INDEX topics_of_chat ON topics (chat_id);
        CREATE TABLE cards (
            case_id INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
            chat_id INTEGER NOT NULL,
            message_id INTEGER,
            shown TEXT NOT NULL DEFAULT '',
            panel TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (case_id, chat_id)
        );
        CREATE INDEX cards_message ON cards (chat_id, message_id);
        CREATE TABLE mirrors (
            chat_id INTEGER NOT NULL,
            staff_message_id INTEGER NOT NULL,
            message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            PRIMARY KEY (chat_id, staff_message_id, message_id)
        );
        CREATE INDEX mirrors_of_message ON mirrors (message_id);
        CREATE TABLE steps (
            user_id INTEGER NOT NULL,
            chat_id INTEGER NOT NULL,
            thread_id INTEGER NOT NULL DEFAULT 0,
            kind TEXT NOT NULL,
            case_id INTEGER REFERENCES cases (id) ON DELETE CASCADE,
            data TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (user_id, chat_id, thread_id)
        );
        CREATE TABLE connections (
            id TEXT PRIMARY KEY,
            user_id INTEGER NOT NULL,
            can_reply INTEGER NOT NULL,
            enabled INTEGER NOT NULL,
            at TEXT NOT NULL
        );
        CREATE TABLE wordings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL,
            version INTEGER NOT NULL,
            text TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('draft', 'awaits', 'live', 'past', 'refused')),
            made_by INTEGER NOT NULL,
            made_at TEXT NOT NULL,
            approved_by INTEGER,
            approved_at TEXT,
            UNIQUE (key, version)
        );
        CREATE TABLE deeds (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            staff_id INTEGER,
            deed TEXT NOT NULL,
            case_id INTEGER,
            detail TEXT
        );
        CREATE INDEX deeds_of_case ON deeds (case_id, id);
        CREATE INDEX deeds_by_kind ON deeds (deed, at);
    """,
    )


@migrations()
def m004_views(db: Database) -> None:
    """Lay out what a shop asks most, for Datasette and sqlite-utils. No view has manner: it stays with the message that was read."""
    db.create_view(
        "case_overview",
        """
        SELECT cases.id AS "case", customers.id AS customer, customers.name, cases.state, cases.heat, cases.level, cases.types,
            cases.alert, cases.opened_at, cases.last_at, cases.closed_at, taker.name AS taken_by,
            (SELECT count(*) FROM messages WHERE case_id = cases.id AND role = 'customer') AS customer_messages,
            (SELECT count(*) FROM messages WHERE case_id = cases.id AND role = 'agent') AS agent_messages
        FROM cases JOIN customers ON customers.id = cases.customer_id LEFT JOIN staff AS taker ON taker.user_id = cases.taken_by
        """,
    )
    db.create_view(
        "waiting_now",
        """
        SELECT cases.id AS "case", customers.name, cases.heat, cases.level, cases.types, cases.alert, taker.name AS taken_by,
            cases.said_at AS last_word,
            CAST(round((julianday('now') - julianday(cases.said_at)) * 1440) AS INTEGER) AS quiet_minutes
        FROM cases JOIN customers ON customers.id = cases.customer_id LEFT JOIN staff AS taker ON taker.user_id = cases.taken_by
        WHERE cases.state = 'open' AND cases.said_at > coalesce(cases.answered_at, '')
        ORDER BY cases.alert IS NULL, cases.heat DESC, cases.said_at
        """,
    )
    db.create_view(
        "conversations",
        """
        SELECT messages.case_id AS "case", messages.at, messages.role,
            CASE messages.role WHEN 'customer' THEN customers.name ELSE staff.name END AS name,
            messages.kind, messages.text, messages.edited_at, messages.deleted_at, messages.template
        FROM messages JOIN customers ON customers.id = messages.customer_id LEFT JOIN staff ON staff.user_id = messages.staff_id
        ORDER BY messages.id
        """,
    )
    db.create_view(
        "wordings_sent",
        """
        SELECT template, count(*) AS sent, min(sent_at) AS first_sent, max(sent_at) AS last_sent
        FROM suggestions WHERE sent_at IS NOT NULL GROUP BY template ORDER BY sent DESC
        """,
    )
